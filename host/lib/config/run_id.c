/* run_id.c - what a run is called everywhere: a sum over all that it is. */
#include "run_id.h"

#include <string.h>
#include "config.h"
#include "core/sha256.h"

/* of what an id means: another one where a config of the same text trains otherwise */
static const char ID_FORMAT[] = "initlab run 1\n";

void il_run_id(const il_config *c, const char *data_sum, il_file_sum_fn *file_sum, const void *arg,
               char id[17])
{
    struct il_sha256 sha;
    const il_parameter *p;
    const char *path;
    char sum[65];

    il_sha256_start(&sha);
    il_sha256_add(&sha, ID_FORMAT, strlen(ID_FORMAT));
    il_sha256_add(&sha, data_sum, strlen(data_sum));
    il_sha256_add(&sha, "\n", 1);
    for (size_t i = 0; (p = il_parameter_at(i)); i++) {
        const char *const value = il_config_get(c, p->name);

        il_sha256_add(&sha, p->name, strlen(p->name));
        il_sha256_add(&sha, "=", 1);
        il_sha256_add(&sha, value, strlen(value));
        il_sha256_add(&sha, "\n", 1);
    }
    for (size_t i = 0; (path = il_config_file(c, i)); i++) {
        const char *const content = file_sum(arg, path);

        il_sha256_add(&sha, content, strlen(content));
    }
    il_sha256_hex(&sha, sum);
    memcpy(id, sum, 16);
    id[16] = 0;
}
