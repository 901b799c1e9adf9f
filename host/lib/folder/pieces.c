/* pieces.c - a pack, halved: which pieces there can be, and what of them the journals have. */
#include "pieces.h"

struct il_piece il_piece_whole(const struct il_folder *f, size_t pack)
{
    return (struct il_piece){ .pack = pack, .runs = f->plan->pack[pack].count };
}

void il_piece_halve(const struct il_piece *of, struct il_piece half[2])
{
    half[0] = half[1] = *of;
    half[0].runs = of->runs - of->runs / 2;
    half[1].runs = of->runs / 2;
    half[1].first += half[0].runs;
    half[0].depth++;
    half[1].depth++;
}

/* the half that has a place of the pack */
static struct il_piece half_with(const struct il_piece *of, size_t place)
{
    struct il_piece half[2];

    il_piece_halve(of, half);
    return half[place >= half[1].first];
}

struct il_piece il_piece_of(const struct il_folder *f, size_t pack, size_t place, unsigned depth)
{
    struct il_piece p = il_piece_whole(f, pack);

    while (p.depth < depth && p.runs > 1)
        p = half_with(&p, place);
    return p;
}

int il_piece_find(const struct il_folder *f, size_t pack, size_t first, size_t runs,
                  struct il_piece *out)
{
    *out = il_piece_whole(f, pack);
    if (runs < 1 || first >= out->runs)
        return 0;
    while (out->runs > runs)
        *out = half_with(out, first);
    return out->runs == runs && out->first == first;
}

static const struct il_ended *ended(const struct il_folder *f, const struct il_piece *p)
{
    return f->ended + f->plan->pack[p->pack].first + p->first;
}

size_t il_piece_left(const struct il_folder *f, const struct il_piece *p)
{
    const struct il_ended *const run = ended(f, p);
    const int all_tried = f->pack[p->pack].status != IL_PACK_TODO;
    size_t left = 0;

    for (size_t i = 0; i < p->runs; i++)
        left += all_tried ? !(run[i].how & IL_ENDED_TRAINED) : run[i].how == 0;
    return left;
}

int il_piece_was_halved(const struct il_folder *f, const struct il_piece *p)
{
    const struct il_ended *const run = ended(f, p);
    int was = 0;

    for (size_t i = 0; i < p->runs && !was; i++)
        was = run[i].depth > p->depth;
    return was;
}
