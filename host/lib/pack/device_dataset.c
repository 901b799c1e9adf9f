/*
 * device_dataset.c - a dataset in device memory: bytes of images and labels, and lists of the bytes
 * that are not 0 where the device wants them. A pack has its own, or uses what il_device_keep put
 * there.
 */
#include "device_dataset.h"

#include <stdlib.h>
#include "data/nonzero_lists.h"
#include "initlab/pack.h"

void il_device_dataset_allocations(struct il_device_dataset *data, const il_dataset *set,
                                   struct il_allocations *list, size_t *part)
{
    const size_t train = il_dataset_train(set).count, test = il_dataset_test(set).count;
    const size_t pixels = il_dataset_pixels(set);

    IL_LIST_ALLOCATION(list, data->train_images, train * pixels, part);
    IL_LIST_ALLOCATION(list, data->train_labels, train, part);
    IL_LIST_ALLOCATION(list, data->test_images, test * pixels, part);
    IL_LIST_ALLOCATION(list, data->test_labels, test, part);
    if (!data->sparse)
        return;
    IL_LIST_ALLOCATION(list, data->train_lists.at, train, part);
    IL_LIST_ALLOCATION(list, data->train_lists.part, train * IL_PARTS, part);
    IL_LIST_ALLOCATION(list, data->train_lists.data,
                       il_dataset_train_lists(set)->units + IL_LIST_SLACK, part);
    IL_LIST_ALLOCATION(list, data->test_lists.at, test, part);
    IL_LIST_ALLOCATION(list, data->test_lists.part, test * IL_PARTS, part);
    IL_LIST_ALLOCATION(list, data->test_lists.data,
                       il_dataset_test_lists(set)->units + IL_LIST_SLACK, part);
}

int il_device_dataset_sparse(struct il_device *d, const il_dataset *set)
{
    const size_t pixels = il_dataset_pixels(set);

    return il_nonzero_lists_possible(il_dataset_train_lists(set), pixels) &&
           il_nonzero_lists_possible(il_dataset_test_lists(set), pixels) &&
           d->seam->input_lists(d, il_dataset_density(set));
}

/* ---- upload ---------------------------------------------------------------------------------- */

/* the lists of one part of the dataset, put together on the host */
static il_status upload_lists(struct il_device *d, const struct il_lists *to, il_samples s,
                              const struct il_nonzero_sizes *size, size_t pixels, il_error *err)
{
    const struct il_seam *const seam = d->seam;
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
    il_nonzero_lists_make(s.images, s.count, pixels, at, part, data);
    e = seam->put(d, (void *)(uintptr_t)to->at, at, s.count * sizeof *at);
    if (!e)
        e = seam->put(d, (void *)(uintptr_t)to->part, part, s.count * IL_PARTS * sizeof *part);
    if (!e)
        e = seam->put(d, (void *)(uintptr_t)to->data, data, units * sizeof *data);
    if (e)
        st = il_device_fail(err, d, e, "upload the dataset's lists");
out:
    free(data);
    free(part);
    free(at);
    return st;
}

il_status il_device_dataset_upload(struct il_device *d, const struct il_device_dataset *data,
                                   const il_dataset *set, il_error *err)
{
    const struct il_seam *s = d->seam;
    const il_samples train = il_dataset_train(set), test = il_dataset_test(set);
    const size_t pixels = il_dataset_pixels(set);
    il_status st = IL_OK;
    int e = s->put(d, data->train_images, train.images, train.count * pixels);

    if (!e)
        e = s->put(d, data->train_labels, train.labels, train.count);
    if (!e)
        e = s->put(d, data->test_images, test.images, test.count * pixels);
    if (!e)
        e = s->put(d, data->test_labels, test.labels, test.count);
    if (e)
        return il_device_fail(err, d, e, "upload the dataset");
    if (data->sparse) {
        IL_TRY(
            upload_lists(d, &data->train_lists, train, il_dataset_train_lists(set), pixels, err));
        IL_TRY(upload_lists(d, &data->test_lists, test, il_dataset_test_lists(set), pixels, err));
    }
out:
    return st;
}

/* ---- a dataset that stays -------------------------------------------------------------------- */

/* what hangs on a device */
struct kept {
    struct il_device_dataset data;
    struct il_owned owned;
    const il_dataset *set;
    size_t bytes;
};

const struct il_device_dataset *il_device_dataset_kept(const struct il_device *d,
                                                       const il_dataset *set)
{
    const struct kept *const k = d->kept;

    return k && k->set == set ? &k->data : NULL;
}

size_t il_device_dataset_held(const struct il_device *d, const il_dataset *set)
{
    return il_device_dataset_kept(d, set) ? ((const struct kept *)d->kept)->bytes : 0;
}

static void release(struct il_device *d)
{
    struct kept *const k = d->kept;

    il_device_release(d, &k->owned);
    free(k);
    d->kept = NULL;
}

il_status il_device_keep(il_device *d, const il_dataset *set, il_error *err)
{
    struct il_allocation item[IL_DATASET_ALLOCATIONS];
    struct il_allocations list = { .item = item };
    struct kept *k;
    il_status st;

    if (d->kept)
        d->release_kept(d);
    if (!set)
        return IL_OK;
    k = calloc(1, sizeof *k);
    if (!k)
        return il_fail(err, IL_E_MEMORY, "out of memory");
    d->kept = k;
    d->release_kept = release;
    k->data.sparse = il_device_dataset_sparse(d, set);
    il_device_dataset_allocations(&k->data, set, &list, NULL);
    for (size_t i = 0; i < list.count; i++)
        k->bytes += item[i].count * item[i].size;
    IL_TRY(il_device_take(d, &list, &k->owned, err));
    IL_TRY(il_device_dataset_upload(d, &k->data, set, err));
    k->set = set;
out:
    if (st != IL_OK)
        release(d);
    return st;
}
