/*
 * device_dataset.c - a dataset in device memory: bytes of images and labels, and lists of the bytes that are not 0
 * where the device wants them. A pack has its own, or shares what il_device_keep put there: a pack
 * without runs.
 */
#include "device_dataset.h"

#include <stdlib.h>
#include "core/error.h"
#include "data/nonzero_lists.h"
#include "pack_memory.h"

size_t il_data_allocations(struct il_pack *p, const il_dataset *set, struct il_allocation *w,
                           il_memory *parts)
{
    const size_t train = il_dataset_train(set).count, test = il_dataset_test(set).count;
    const size_t pixels = il_dataset_pixels(set);
    size_t n = 0;

#define WANT(field, elements)                                                                      \
    w[n++] = (struct il_allocation){ &(field), (elements), sizeof *(field),                        \
                                     parts ? &parts->dataset : NULL }
    WANT(p->train_images, train * pixels);
    WANT(p->train_labels, train);
    WANT(p->test_images, test * pixels);
    WANT(p->test_labels, test);
    if (p->sparse) {
        WANT(p->train_lists.at, train);
        WANT(p->train_lists.part, train * IL_PARTS);
        WANT(p->train_lists.data, il_dataset_train_lists(set)->units + IL_LIST_SLACK);
        WANT(p->test_lists.at, test);
        WANT(p->test_lists.part, test * IL_PARTS);
        WANT(p->test_lists.data, il_dataset_test_lists(set)->units + IL_LIST_SLACK);
    }
#undef WANT
    return n;
}

int il_data_sparse(struct il_device *d, const il_dataset *set)
{
    const size_t pixels = il_dataset_pixels(set);

    return il_lists_possible(il_dataset_train_lists(set), pixels) &&
           il_lists_possible(il_dataset_test_lists(set), pixels) &&
           d->seam->input_lists(d, il_dataset_density(set));
}

/* ---- upload ---------------------------------------------------------------------------------- */

/* the lists of one part of the dataset, put together on the host */
static il_status upload_lists(struct il_pack *p, const struct il_lists *to, il_samples s,
                              const struct il_list_sizes *size, il_error *err)
{
    const struct il_seam *const seam = p->device->seam;
    const size_t units = size->units + IL_LIST_SLACK;
    uint32_t *const at = malloc(s.count * sizeof *at);
    uint16_t *const part = malloc(s.count * IL_PARTS * sizeof *part);
    uint16_t *const data = malloc(units * sizeof *data);
    il_status st = IL_OK;
    int e;

    if (!at || !part || !data) {
        st = il_fail(err, IL_E_MEMORY, "out of memory for the dataset's lists");
        goto out;
    }
    il_lists_make(s.images, s.count, p->batch.pixels, at, part, data);
    e = seam->put(p->device, (void *)(uintptr_t)to->at, at, s.count * sizeof *at);
    if (!e)
        e = seam->put(p->device, (void *)(uintptr_t)to->part, part,
                      s.count * IL_PARTS * sizeof *part);
    if (!e)
        e = seam->put(p->device, (void *)(uintptr_t)to->data, data, units * sizeof *data);
    if (e)
        st = il_pack_fail(err, p, e, "upload the dataset's lists");
out:
    free(data);
    free(part);
    free(at);
    return st;
}

il_status il_data_upload(struct il_pack *p, const il_dataset *set, il_error *err)
{
    const struct il_seam *s = p->device->seam;
    const il_samples train = il_dataset_train(set), test = il_dataset_test(set);
    const size_t pixels = il_dataset_pixels(set);
    il_status st = IL_OK;
    int e = s->put(p->device, p->train_images, train.images, train.count * pixels);

    if (!e)
        e = s->put(p->device, p->train_labels, train.labels, train.count);
    if (!e)
        e = s->put(p->device, p->test_images, test.images, test.count * pixels);
    if (!e)
        e = s->put(p->device, p->test_labels, test.labels, test.count);
    if (e)
        return il_pack_fail(err, p, e, "upload the dataset");
    if (p->sparse) {
        IL_TRY(upload_lists(p, &p->train_lists, train, il_dataset_train_lists(set), err));
        IL_TRY(upload_lists(p, &p->test_lists, test, il_dataset_test_lists(set), err));
    }
out:
    return st;
}

/* ---- a dataset that stays -------------------------------------------------------------------- */

/* what the device keeps: a pack that has nothing but the dataset */
struct kept {
    struct il_pack pack;
    const il_dataset *set;
    size_t bytes;
};

const struct il_pack *il_data_kept(const struct il_device *d, const il_dataset *set)
{
    const struct kept *const k = d->kept;

    return k && k->set == set ? &k->pack : NULL;
}

size_t il_data_held(const struct il_device *d, const il_dataset *set)
{
    return il_data_kept(d, set) ? ((const struct kept *)d->kept)->bytes : 0;
}

void il_data_share(struct il_pack *p, const struct il_pack *kept)
{
    p->train_images = kept->train_images;
    p->train_labels = kept->train_labels;
    p->test_images = kept->test_images;
    p->test_labels = kept->test_labels;
    p->train_lists = kept->train_lists;
    p->test_lists = kept->test_lists;
}

void il_data_release(struct il_device *d)
{
    struct kept *const k = d->kept;

    if (!k)
        return;
    il_pack_release(&k->pack);
    free(k);
    d->kept = NULL;
}

il_status il_device_keep(il_device *d, const il_dataset *set, il_error *err)
{
    struct il_allocation w[IL_DATA_ALLOCATIONS];
    struct kept *k;
    size_t n;
    il_status st;

    il_data_release(d);
    if (!set)
        return IL_OK;
    k = calloc(1, sizeof *k);
    if (!k)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    d->kept = k;
    k->pack.device = d;
    k->pack.batch.pixels = (unsigned)il_dataset_pixels(set);
    k->pack.sparse = il_data_sparse(d, set);
    n = il_data_allocations(&k->pack, set, w, NULL);
    for (size_t i = 0; i < n; i++)
        k->bytes += w[i].count * w[i].size;
    IL_TRY(il_pack_take(&k->pack, w, n, err));
    IL_TRY(il_data_upload(&k->pack, set, err));
    k->set = set;
out:
    if (st != IL_OK)
        il_data_release(d);
    return st;
}
