/* protobuf.h - messages of protocol buffers, field by field. Internal. */
#ifndef HOST_LIB_RESULTS_PROTOBUF_H
#define HOST_LIB_RESULTS_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>

/* A message as it grows; {0} is the empty one, il_proto_free frees. */
struct il_proto {
    uint8_t *bytes;
    size_t n, room;
    int failed; /* out of memory: a field is missing */
};

void il_proto_free(struct il_proto *m);

/* Empty again; failed stays. */
void il_proto_clear(struct il_proto *m);

void il_proto_whole(struct il_proto *m, unsigned field, uint64_t x);
void il_proto_double(struct il_proto *m, unsigned field, double x);
void il_proto_float(struct il_proto *m, unsigned field, float x);
void il_proto_text(struct il_proto *m, unsigned field, const char *text);

/* A message within it, which is empty then: ready for the next one. */
void il_proto_message(struct il_proto *m, unsigned field, struct il_proto *inner);

#endif
