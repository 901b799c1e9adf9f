/*
 * fuzz_state.c - the saved state of a pack. The first byte of an input says what the others are: '=' the
 * file; '~' places (2 bytes, little-endian) and values of bytes that are other ones in a true file; '"'
 * the note in one. In the latter two the checksum is right. A state that is not the pack's only costs its
 * time: training begins anew or goes on, and either ends as if nobody had been interrupted.
 */
#include <sys/stat.h>
#include <unistd.h>
#include "core/crc32c.h"
#include "sweep_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static uint8_t *state; /* a true file, and where its parts begin */
static size_t size, note, rest;
static char path[96];

static int stop(void *arg, size_t epoch, size_t step, size_t steps)
{
    (void)step, (void)steps;
    return epoch >= *(const size_t *)arg;
}

/* Train the first pack until this epoch. */
static il_status train(size_t epoch)
{
    il_worker *w = NULL;
    il_trained t;
    il_status st;

    require(il_worker_open(&w, sweep.folder, sweep.set, sweep.device, NULL) == IL_OK, "no worker");
    st = il_worker_train(w, 0, 1, stop, &epoch, &t, NULL);
    il_worker_close(w);
    return st;
}

static void prepare(void)
{
    struct stat info;
    size_t length;
    FILE *f;

    if (state)
        return;
    open_sweep();
    snprintf(path, sizeof path, "%s/state/0.state", sweep.path);
    require(train(2) == IL_E_INTERRUPTED && stat(path, &info) == 0, "nothing is saved");
    size = (size_t)info.st_size;
    state = malloc(size);
    f = fopen(path, "rb");
    require(state && f && fread(state, 1, size, f) == size, "not read");
    fclose(f);
    require(sscanf((const char *)state, "initlab pack state 3: %zu", &length) == 1, "another head");
    note = (size_t)((const uint8_t *)memchr(state, '\n', size) + 1 - state);
    rest = note + length;
}

/* a file's checksum is that of what stands before it */
static void seal(uint8_t *file, size_t n)
{
    const uint32_t sum = il_crc32c(0, file, n - sizeof sum);

    memcpy(file + n - sizeof sum, &sum, sizeof sum);
}

static void write_patched(const uint8_t *bytes, size_t n)
{
    uint8_t *const file = malloc(size);

    require(file != NULL, "no memory");
    memcpy(file, state, size);
    for (size_t i = 0; i + 3 <= n; i += 3)
        file[(size_t)(bytes[i] | bytes[i + 1] << 8) % size] = bytes[i + 2];
    seal(file, size);
    write_file(path, file, size);
    free(file);
}

static void write_noted(const uint8_t *bytes, size_t n)
{
    char *file = NULL;
    size_t length = 0;
    FILE *const f = open_memstream(&file, &length);

    require(f != NULL, "no memory");
    fprintf(f, "initlab pack state 3: %zu bytes of note, %zu of state, numbers %u\n", n,
            size - rest - 4, (unsigned)IL_NUMBERS);
    fwrite(bytes, 1, n, f);
    fwrite(state + rest, 1, size - rest, f);
    require(fclose(f) == 0, "no memory");
    seal((uint8_t *)file, length);
    write_file(path, file, length);
    free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char journals[128];
    il_status st;

    prepare();
    if (n == 0 || bytes[0] == '=')
        write_file(path, n ? bytes + 1 : bytes, n ? n - 1 : 0);
    else if (bytes[0] == '~')
        write_patched(bytes + 1, n - 1);
    else
        write_noted(bytes + 1, n - 1);
    st = train(1);
    require(st == IL_OK || st == IL_E_INTERRUPTED, "a state stops training");
    require(train(3) == IL_OK && access(path, F_OK) != 0, "training does not end");
    snprintf(journals, sizeof journals, "rm -f '%s/journal/'*", sweep.path);
    require(system(journals) == 0, "journals stay");
    return 0;
}
