/*
 * train_one.c - the library in a page: train softmax regression on a dataset for three epochs.
 *
 *   cc train_one.c $(pkg-config --cflags --libs initlab) && ./a.out DIR
 *
 * DIR holds MNIST's four files, or others of the same format.
 */
#include <stdio.h>
#include <initlab/initlab.h>

int main(int argc, char **argv)
{
    il_error err = { .text = "" };
    il_dataset *set = NULL;
    il_device *device = NULL;
    il_config *config = NULL;
    il_pack *pack = NULL;
    il_epoch epoch;
    il_status st;

    if (argc != 2) {
        fprintf(stderr, "usage: train_one DIR\n");
        return 2;
    }
    if ((st = il_dataset_open(&set, argv[1], &err)) != IL_OK ||
        (st = il_device_open(&device, "auto", 1, NULL, &err)) != IL_OK ||
        (st = il_config_new(&config, &err)) != IL_OK ||
        (st = il_config_set(config, "init", "normal:std=0.01", &err)) != IL_OK ||
        (st = il_config_set(config, "epochs", "3", &err)) != IL_OK ||
        (st = il_pack_open(&pack, device, set, (const il_config *const *)&config, 1, &err)) !=
            IL_OK)
        goto out;
    for (size_t e = 0; e < il_pack_epochs(pack); e++) {
        st = il_pack_epoch(pack, &epoch, NULL, NULL, &err);
        if (st != IL_OK)
            goto out;
        printf("epoch %zu: cost %.6f, test accuracy %.4f\n", epoch.epoch, epoch.cost,
               epoch.test_accuracy);
    }
out:
    if (st != IL_OK)
        fprintf(stderr, "train_one: %s\n", err.text);
    il_pack_close(pack);
    il_config_free(config);
    il_device_close(device);
    il_dataset_free(set);
    return il_status_exit(st);
}
