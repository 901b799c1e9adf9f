/*
 * pieces.h - what of a pack is trained together: all of it or, where its device cannot hold that, a half, or a half of a half,
 * and so on. The first half is the larger one of an odd number; so a piece follows from its pack, its first run and its size.
 * Internal.
 */
#ifndef HOST_LIB_FOLDER_PIECES_H
#define HOST_LIB_FOLDER_PIECES_H

#include "folder_impl.h"

struct il_piece {
    size_t pack, first, runs; /* first: the place in the pack of its first run */
    unsigned depth;           /* how often the pack was halved for it; 0: it is the whole pack */
};

struct il_piece il_piece_whole(const struct il_folder *f, size_t pack);

/* The two halves of a piece of two runs or more. */
void il_piece_halve(const struct il_piece *of, struct il_piece half[2]);

/* The piece, halved so often, that has the run of that place in its pack. */
struct il_piece il_piece_of(const struct il_folder *f, size_t pack, size_t place, unsigned depth);

/* The piece of so many runs from that place on; 0: halving never comes to it. */
int il_piece_find(const struct il_folder *f, size_t pack, size_t first, size_t runs,
                  struct il_piece *out);

/*
 * As the folder was scanned: how many of its runs are still to be trained, those that failed among them where all
 * of the pack was tried; and was one of its runs trained, or tried, in a smaller piece?
 */
size_t il_piece_left(const struct il_folder *f, const struct il_piece *piece);
int il_piece_was_halved(const struct il_folder *f, const struct il_piece *piece);

#endif
