/* sweep_folder.h - a small sweep's folder below /tmp, for targets that read its files; removed at exit. */
#ifndef TESTS_FUZZ_SWEEP_FOLDER_H
#define TESTS_FUZZ_SWEEP_FOLDER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "initlab/initlab.h"

struct sweep_folder {
    char place[32], path[64];
    il_dataset *set;
    il_device *device;
    il_folder *folder;
};

static struct sweep_folder sweep;

static void require(int good, const char *what)
{
    if (!good) {
        fprintf(stderr, "fuzz: %s\n", what);
        abort();
    }
}

static void close_sweep(void)
{
    char command[64];

    il_folder_close(sweep.folder);
    il_device_close(sweep.device);
    il_dataset_free(sweep.set);
    snprintf(command, sizeof command, "rm -rf '%s'", sweep.place);
    if (system(command) != 0)
        perror(command);
}

/* 6 runs in 2 packs of 3, of 8 images of 2x2 pixels in 2 classes */
static void open_sweep(void)
{
    static const char text[] =
        "parameters: {layers: [\"in,out\", \"in,3,out\"], batch: 2, epochs: 2}\n"
        "seeds: 0..2\n";
    static uint8_t images[8 * 4], labels[8];
    const il_samples samples = { 8, images, labels };
    il_folder_setup setup = { "cpu", 3, 0, 0, "", NULL };
    il_sweep *parsed = NULL;

    if (sweep.folder)
        return;
    for (size_t i = 0; i < sizeof images; i++)
        images[i] = (uint8_t)(37 * i);
    for (size_t i = 0; i < sizeof labels; i++)
        labels[i] = i % 2;
    strcpy(sweep.place, "/tmp/fuzz_sweep.XXXXXX");
    require(mkdtemp(sweep.place) != NULL, "no folder");
    atexit(close_sweep);
    snprintf(sweep.path, sizeof sweep.path, "%s/r", sweep.place);
    require(il_dataset_from(&sweep.set, 2, 2, samples, samples, NULL) == IL_OK, "no dataset");
    setup.set = sweep.set;
    require(il_sweep_parse(&parsed, "s", text, strlen(text), NULL) == IL_OK &&
                il_folder_create(&sweep.folder, sweep.path, &parsed, &setup, NULL) == IL_OK &&
                il_folder_plan(sweep.folder)->packs == 2 &&
                il_device_open(&sweep.device, "cpu", 1, NULL, NULL) == IL_OK,
            "no sweep");
}

static void write_file(const char *path, const void *bytes, size_t n)
{
    FILE *const f = fopen(path, "wb");

    require(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0, "cannot write the file");
}

#endif
