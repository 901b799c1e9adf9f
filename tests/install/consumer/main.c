/* main.c - another project's program: opens a device, lists activations, reads a config. */
#include <stdio.h>
#include <initlab/initlab.h>

int main(void)
{
    il_error err = { .text = "" };
    il_device *device = NULL;
    il_config *config = NULL;
    size_t n = 0;

    if (il_device_open(&device, "cpu", 1, NULL, &err) != IL_OK ||
        il_config_new(&config, &err) != IL_OK ||
        il_config_set(config, "init", "normal:std=0.1", &err) != IL_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    while (il_list_at(IL_ACTIVATIONS, n))
        n++;
    printf("initlab %s, device %s, %zu activations, init %s\n", IL_VERSION, il_device_id(device), n,
           il_config_get(config, "init"));
    il_config_free(config);
    il_device_close(device);
    return 0;
}
