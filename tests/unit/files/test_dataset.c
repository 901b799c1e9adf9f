/*
 * test_dataset.c - IDX files that are right, cut, flipped, lying or not matching; MNIST and
 * Fashion-MNIST.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include "initlab/dataset.h"
#include "data/idx.h"
#include "core/sha256.h"

/* Sanitizers reserve terabytes of address space for themselves. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define FASHION "/usr/share/datasets/fashion-mnist"

enum { FILES = 4, TRAIN = 5, TEST = 3, ROWS = 2, COLUMNS = 3, PIXELS = ROWS * COLUMNS, MOST = 64 };

static const char *const names[FILES] = { "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                          "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte" };

/* A folder of a test's own, and the four files' right bytes, which tests then spoil. */
struct fixture {
    char dir[64];
    uint8_t bytes[FILES][MOST];
    size_t length[FILES];
};

static size_t make_file(uint8_t *to, unsigned count, int images)
{
    const uint8_t header[16] = { 0, 0, 8, images ? 3 : 1, 0, 0, 0, (uint8_t)count,
                                 0, 0, 0, ROWS,           0, 0, 0, COLUMNS };
    const size_t head = images ? 16 : 8, n = images ? (size_t)count * PIXELS : count;

    memcpy(to, header, head);
    for (size_t i = 0; i < n; i++)
        to[head + i] = images ? (uint8_t)(i % 3 * i) : (uint8_t)(i % 3);
    return head + n;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    strcpy(f->dir, "/tmp/initlab-dataset-XXXXXX");
    if (!mkdtemp(f->dir))
        return -1;
    for (int i = 0; i < FILES; i++)
        f->length[i] = make_file(f->bytes[i], i < 2 ? TRAIN : TEST, i % 2 == 0);
    *state = f;
    return 0;
}

static char *file_path(const struct fixture *f, const char *name, const char *ending)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s%s", f->dir, name, ending);
    return path;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < FILES; i++) {
        unlink(file_path(f, names[i], ""));
        unlink(file_path(f, names[i], ".gz"));
    }
    unlink(file_path(f, "SHA256SUMS", ""));
    rmdir(f->dir);
    free(f);
    return 0;
}

static void put_raw(const char *path, const void *bytes, size_t n)
{
    FILE *out = fopen(path, "wb");

    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
}

/* Compress into room for `most` bytes; the length is returned. */
static size_t gzip(uint8_t *to, size_t most, const void *bytes, size_t n)
{
    z_stream z = { 0 };

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (uint8_t *)bytes, z.avail_in = (unsigned)n;
    z.next_out = to, z.avail_out = (unsigned)most;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return most - z.avail_out;
}

static void put_all(const struct fixture *f)
{
    for (int i = 0; i < FILES; i++)
        put_raw(file_path(f, names[i], ""), f->bytes[i], f->length[i]);
}

/* Opening must fail with this status, name the file and say the words. */
static void check_fails(const struct fixture *f, il_status status, const char *file,
                        const char *words)
{
    il_dataset *set = (il_dataset *)1;
    il_error err = { 0 };

    assert_int_equal(il_dataset_open(&set, f->dir, &err), status);
    assert_null(set);
    assert_int_equal(err.status, status);
    if (!strstr(err.text, file) || !strstr(err.text, words))
        fail_msg("expected '%s' and '%s' in: %s", file, words, err.text);
    assert_null(strchr(err.text, '\n'));
}

static il_dataset *open_good(const char *dir)
{
    il_dataset *set = NULL;
    il_error err = { 0 };

    if (il_dataset_open(&set, dir, &err) != IL_OK)
        fail_msg("%s", err.text);
    return set;
}

/* ---- what is right --------------------------------------------------------------------------- */

static void check_content(const struct fixture *f, const il_dataset *set)
{
    const il_samples train = il_dataset_train(set), test = il_dataset_test(set);
    struct il_sha256 sum;
    char hex[65];
    size_t dense = 0;

    assert_int_equal(train.count, TRAIN);
    assert_int_equal(test.count, TEST);
    assert_int_equal(il_dataset_rows(set), ROWS);
    assert_int_equal(il_dataset_pixels(set), PIXELS);
    assert_int_equal(il_dataset_classes(set), 3);
    assert_memory_equal(train.images, f->bytes[0] + 16, TRAIN * PIXELS);
    assert_memory_equal(train.labels, f->bytes[1] + 8, TRAIN);
    assert_memory_equal(test.images, f->bytes[2] + 16, TEST * PIXELS);
    assert_memory_equal(test.labels, f->bytes[3] + 8, TEST);
    assert_string_equal(il_dataset_name(set), "");
    for (size_t i = 0; i < TRAIN * PIXELS; i++)
        dense += f->bytes[0][16 + i] != 0;
    assert_true(il_dataset_density(set) == (double)dense / (TRAIN * PIXELS));
    il_sha256_start(&sum);
    for (int i = 0; i < FILES; i++)
        il_sha256_add(&sum, f->bytes[i], f->length[i]);
    il_sha256_hex(&sum, hex);
    assert_string_equal(il_dataset_sum(set), hex);
}

/* raw, gz, and both: then raw is taken, since the gz beside it is not even looked at */
static void test_good(void **state)
{
    struct fixture *f = *state;
    uint8_t packed[256];
    il_dataset *set;

    for (int i = 0; i < FILES; i++)
        put_raw(file_path(f, names[i], ".gz"), packed,
                gzip(packed, 256, f->bytes[i], f->length[i]));
    set = open_good(f->dir);
    check_content(f, set);
    il_dataset_free(set);
    put_all(f);
    put_raw(file_path(f, names[0], ".gz"), "rubbish", 7);
    set = open_good(f->dir);
    check_content(f, set);
    il_dataset_free(set);
}

static void test_from(void **state)
{
    struct fixture *f = *state;
    il_samples train = { TRAIN, f->bytes[0] + 16, f->bytes[1] + 8 };
    il_samples test = { TEST, f->bytes[2] + 16, f->bytes[3] + 8 };
    il_dataset *set = NULL;
    il_error err = { 0 };

    assert_int_equal(il_dataset_from(&set, ROWS, COLUMNS, train, test, &err), IL_OK);
    check_content(f, set);
    il_dataset_free(set);
    assert_int_equal(il_dataset_from(&set, 0, COLUMNS, train, test, &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "training images: dimension 2 of 3 is 0"));
    assert_null(set);
    assert_int_equal(il_dataset_from(&set, (size_t)1 << 32, COLUMNS, train, test, &err), IL_E_DATA);
    assert_int_equal(il_dataset_from(&set, 1025, 1024, train, test, &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "1025 x 1024 pixels"));
    test.labels = NULL;
    assert_int_equal(il_dataset_from(&set, ROWS, COLUMNS, train, test, &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "test labels: none given"));
    train.count = 0;
    assert_int_equal(il_dataset_from(&set, ROWS, COLUMNS, train, test, NULL), IL_E_DATA);
    il_dataset_free(NULL);
}

/* ---- what is wrong, one thing at a time ------------------------------------------------------ */

static void test_missing(void **state)
{
    struct fixture *f = *state;
    struct fixture nowhere = { .dir = "/tmp/initlab-no-such-folder" };

    check_fails(&nowhere, IL_E_DATA, nowhere.dir, "No such file");
    check_fails(f, IL_E_DATA, names[0],
                "no dataset: looked for train-images-idx3-ubyte and three more");
    put_all(f);
    unlink(file_path(f, names[3], ""));
    check_fails(f, IL_E_DATA, names[3], "no such file, with or without .gz");
    mkdir(file_path(f, names[3], ""), 0777);
    check_fails(f, IL_E_DATA, names[3], "nor either in a folder of that name");
    rmdir(file_path(f, names[3], ""));
    assert_int_equal(mkfifo(file_path(f, names[3], ""), 0666), 0); /* nobody writes to it */
    check_fails(f, IL_E_DATA, names[3], "no regular file");
    unlink(file_path(f, names[3], ""));
    assert_int_equal(symlink("/dev/zero", file_path(f, names[3], "")), 0);
    check_fails(f, IL_E_DATA, names[3], "no regular file");
    unlink(file_path(f, names[3], ""));
    put_raw(file_path(f, "file", ""), "", 0);
    strcpy(nowhere.dir, file_path(f, "file", ""));
    check_fails(&nowhere, IL_E_DATA, "file", "Not a directory");
    unlink(nowhere.dir);
}

/* Put `value` at byte `at` of file `i`, look, and put the old byte back. */
static void check_byte(struct fixture *f, int i, size_t at, uint8_t value, const char *words)
{
    const uint8_t old = f->bytes[i][at];

    f->bytes[i][at] = value;
    put_all(f);
    check_fails(f, IL_E_DATA, names[i], words);
    f->bytes[i][at] = old;
}

static void test_header(void **state)
{
    struct fixture *f = *state;

    check_byte(f, 0, 0, 0x89, "not an IDX file: begins with 89 00 08 03, expected 00 00 08 03");
    check_byte(f, 0, 1, 1, "not an IDX file");
    check_byte(f, 0, 2, 0x0d, "type 0x0d (float), expected 0x08");
    check_byte(f, 1, 2, 0x77, "type 0x77 (unknown), expected 0x08");
    check_byte(f, 0, 3, 1, "has 1 dimension, expected 3 (images, rows, columns)");
    check_byte(f, 1, 3, 3, "has 3 dimensions, expected 1 (labels)");
    check_byte(f, 0, 7, 0, "dimension 1 of 3 is 0");
    check_byte(f, 2, 11, 0, "dimension 2 of 3 is 0");
    check_byte(f, 2, 15, 0, "dimension 3 of 3 is 0");
    check_byte(f, 1, 7, 0, "dimension 1 of 1 is 0");
    check_byte(f, 0, 4, 0x80, "announces 2147483653 samples, at most 2147483647");
    check_byte(f, 0, 8, 0xff, "announces images of 4278190082 x 3 pixels, at most 1048576");
    check_byte(f, 0, 9, 0x10, "announces images of 1048578 x 3 pixels");
    check_byte(f, 0, 7, TRAIN + 1, "ends after 30 of 36 bytes of data");
    check_byte(f, 0, 7, TRAIN - 1, "has bytes after the last of the 24 that its header announces");
}

static void test_mismatch(void **state)
{
    struct fixture *f = *state;

    check_byte(f, 3, 8, 3, "label 3 at sample 0, but the training labels end at 2");
    check_byte(f, 3, 10, 255, "label 255 at sample 2");
    f->length[3] = make_file(f->bytes[3], TEST + 1, 0);
    put_all(f);
    check_fails(f, IL_E_DATA, names[2], "has 3 images, but");
    check_fails(f, IL_E_DATA, names[3], "has 4 labels");
    f->length[3] = make_file(f->bytes[3], TEST, 0);
    f->bytes[2][11] = COLUMNS, f->bytes[2][15] = ROWS; /* as many pixels, another shape */
    put_all(f);
    check_fails(f, IL_E_DATA, names[2], "images of 3 x 2 pixels");
    f->bytes[2][11] = ROWS, f->bytes[2][15] = COLUMNS;
    memset(f->bytes[1] + 8, 0, TRAIN);
    put_all(f);
    check_fails(f, IL_E_DATA, names[1], "all labels are 0");
}

static il_status read_bytes(const struct fixture *f, const uint8_t *bytes, size_t n, il_error *err)
{
    struct il_idx idx;
    char *path = file_path(f, names[0], "");
    il_status st;

    put_raw(path, bytes, n);
    st = il_idx_read(&idx, path, 3, err);
    free(idx.data);
    return st;
}

static void test_cut_anywhere(void **state)
{
    struct fixture *f = *state;
    uint8_t packed[256];
    const size_t n = f->length[0], z = gzip(packed, sizeof packed, f->bytes[0], n);
    char words[64];
    il_error err;

    assert_int_equal(read_bytes(f, f->bytes[0], n, &err), IL_OK);
    assert_int_equal(read_bytes(f, packed, z, &err), IL_OK);
    for (size_t cut = 0; cut < n; cut++) {
        assert_int_equal(read_bytes(f, f->bytes[0], cut, &err), IL_E_DATA);
        if (cut < 16)
            snprintf(words, sizeof words, "ends after %zu of 16 bytes of the header", cut);
        else
            snprintf(words, sizeof words, "ends after %zu of %zu bytes of data", cut - 16, n - 16);
        assert_non_null(strstr(err.text, words));
    }
    /* two bytes are gzip's magic: from there on it is known to be cut */
    for (size_t cut = 0; cut < z; cut++) {
        assert_int_equal(read_bytes(f, packed, cut, &err), IL_E_DATA);
        assert_non_null(strstr(err.text, cut < 2 ? "of 16 bytes of the header" : "is cut off"));
    }
}

/* Each bit of the header, flipped, makes another file of it: none may pass. */
static void test_flip_header(void **state)
{
    struct fixture *f = *state;

    for (size_t bit = 0; bit < 16 * 8; bit++) {
        il_error err = { 0 };
        const uint8_t mask = (uint8_t)(1 << bit % 8);

        f->bytes[0][bit / 8] ^= mask;
        /* so large a set is more than this machine's memory, or not */
        if (read_bytes(f, f->bytes[0], f->length[0], &err) != IL_E_MEMORY)
            assert_int_equal(err.status, IL_E_DATA);
        assert_non_null(strstr(err.text, names[0]));
        f->bytes[0][bit / 8] ^= mask;
    }
}

/* Each bit of the compressed file, flipped: an error, or the same bytes (gzip's time, say). */
static void test_flip_gz(void **state)
{
    struct fixture *f = *state;
    uint8_t packed[256];
    const size_t z = gzip(packed, sizeof packed, f->bytes[0], f->length[0]);
    char *path = file_path(f, names[0], "");
    size_t refused = 0;
    il_error err = { 0 };

    for (size_t bit = 0; bit < z * 8; bit++) {
        struct il_idx idx;

        packed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        put_raw(path, packed, z);
        if (il_idx_read(&idx, path, 3, &err) != IL_OK)
            refused++;
        else
            assert_memory_equal(idx.data, f->bytes[0] + 16, f->length[0] - 16);
        free(idx.data);
        packed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(refused > z * 8 / 2);
    packed[z - 8] ^= 1; /* the first byte of the CRC */
    assert_int_equal(read_bytes(f, packed, z, &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "is damaged: incorrect data check"));
    packed[z - 8] ^= 1, packed[z - 4] ^= 1; /* of the length */
    assert_int_equal(read_bytes(f, packed, z, &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "is damaged: incorrect length check"));
}

/* A gz of 65 kB that inflates to 64 MiB is left where the header says that the data ends. */
static void test_bomb(void **state)
{
    const struct fixture *f = *state;
    /* 16 x 256 x 256 */
    const uint8_t header[16] = { 0, 0, 8, 3, 0, 0, 0, 16, 0, 0, 1, 0, 0, 0, 1, 0 };
    const size_t real = (size_t)1 << 26;
    uint8_t *zeros = calloc(1, real), *packed = malloc(real / 64);
    il_error err = { 0 };
    size_t z;

    assert_non_null(zeros);
    assert_non_null(packed);
    memcpy(zeros, header, sizeof header);
    z = gzip(packed, real / 64, zeros, real);
    assert_int_equal(read_bytes(f, packed, z, &err), IL_E_DATA);
    assert_non_null(strstr(err.text, "has bytes after the last of the 1048576"));
    free(zeros);
    free(packed);
}

/* A header alone that announces 2 GiB gets no memory for it: 1 GiB of address space is enough. */
static void test_lie(void **state)
{
    const struct fixture *f = *state;
    uint8_t header[16] = { 0, 0, 8, 3, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 1 };
    struct rlimit old, tight;
    il_error err = { 0 };

    assert_int_equal(getrlimit(RLIMIT_AS, &old), 0);
    tight = old;
    if (!SANITIZED)
        tight.rlim_cur = (rlim_t)1 << 30;
    assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
    if (read_bytes(f, header, sizeof header, &err) == IL_E_DATA)
        assert_non_null(strstr(err.text, "ends after 0 of 2147483647 bytes"));
    else /* on a machine with less than 2 GiB */
        assert_non_null(strstr(err.text, "announces 2147483647 bytes, this machine has"));
    assert_int_equal(setrlimit(RLIMIT_AS, &old), 0);
    header[10] = header[14] = 4, header[11] = header[15] = 0; /* images of 1024 x 1024: petabytes */
    assert_int_equal(read_bytes(f, header, sizeof header, &err), IL_E_MEMORY);
    assert_non_null(strstr(err.text, "announces 2251799812636672 bytes, this machine has"));
}

/* ---- sums ------------------------------------------------------------------------------------ */

static void put_sums(const struct fixture *f, const char *text)
{
    put_raw(file_path(f, "SHA256SUMS", ""), text, strlen(text));
}

static void test_sums(void **state)
{
    struct fixture *f = *state;
    struct il_sha256 sum;
    char hex[65], text[512];
    il_dataset *set;

    put_all(f);
    il_sha256_start(&sum);
    il_sha256_add(&sum, f->bytes[2], f->length[2]);
    il_sha256_hex(&sum, hex);
    snprintf(text, sizeof text, "%s  another-file\n\n%s  %s\r\n%s *%s", hex, hex, names[2], hex,
             names[2]);
    put_sums(f, text);
    set = open_good(f->dir);
    il_dataset_free(set);
    for (int i = 0; i < 64; i++) /* upper case is the same number */
        text[i] = hex[i] >= 'a' ? (char)(hex[i] - 'a' + 'A') : hex[i];
    snprintf(text + 64, sizeof text - 64, "  %s\n", names[2]);
    put_sums(f, text);
    set = open_good(f->dir);
    il_dataset_free(set);
    text[63] = text[63] == '0' ? '1' : '0';
    put_sums(f, text);
    check_fails(f, IL_E_DATA, names[2], hex);
    check_fails(f, IL_E_DATA, "SHA256SUMS", "but line 1 of");
    put_sums(f, "\nabc  t10k-images-idx3-ubyte\n");
    check_fails(f, IL_E_DATA, "SHA256SUMS:2", "expected 64 hexadecimal digits");
    text[65] = 'x';
    put_sums(f, text);
    check_fails(f, IL_E_DATA, "SHA256SUMS:1", "expected 64 hexadecimal digits");
}

/* ---- the real ones --------------------------------------------------------------------------- */

static void check_counts(il_samples samples, const size_t expected[10])
{
    size_t count[10] = { 0 };

    for (size_t i = 0; i < samples.count; i++)
        count[samples.labels[i]]++;
    for (int c = 0; c < 10; c++)
        assert_int_equal(count[c], expected[c]);
}

/* the smallest sum of an image's bytes */
static unsigned smallest(il_samples samples, size_t pixels)
{
    unsigned least = ~0u;

    for (size_t i = 0; i < samples.count; i++) {
        unsigned sum = 0;

        for (size_t j = 0; j < pixels; j++)
            sum += samples.images[i * pixels + j];
        least = sum < least ? sum : least;
    }
    return least;
}

/* pixels that are zero in all images from `first` on */
static unsigned dead(il_samples samples, size_t pixels, size_t first)
{
    uint8_t seen[784] = { 0 };
    unsigned count = 0;

    for (size_t i = first; i < samples.count; i++)
        for (size_t j = 0; j < pixels; j++)
            seen[j] |= samples.images[i * pixels + j];
    for (size_t j = 0; j < pixels; j++)
        count += seen[j] == 0;
    return count;
}

/* What data/mnist/README.md says. Its figures are rounded: half a unit of the last digit. */
static void test_mnist(void **state)
{
    static const size_t train_counts[10] = { 5923, 6742, 5958, 6131, 5842,
                                             5421, 5918, 6265, 5851, 5949 };
    static const size_t test_counts[10] = { 980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009 };
    il_dataset *set = open_good(INITLAB_SOURCE_DIR "/data/mnist");
    const il_samples train = il_dataset_train(set), test = il_dataset_test(set);
    const size_t n = train.count * 784;
    uint64_t sum = 0, squares = 0;
    double mean;

    (void)state;
    assert_string_equal(il_dataset_name(set), "mnist");
    assert_string_equal(il_dataset_sum(set),
                        "b2d8f5bf39174ee5ffeefa97e42d673c35432b411bb5d1f74fbbeddae7f1690a");
    assert_int_equal(train.count, 60000);
    assert_int_equal(test.count, 10000);
    assert_int_equal(il_dataset_rows(set), 28);
    assert_int_equal(il_dataset_pixels(set), 784);
    assert_int_equal(il_dataset_classes(set), 10);
    check_counts(train, train_counts);
    check_counts(test, test_counts);
    for (size_t i = 0; i < n; i++) {
        sum += train.images[i];
        squares += (uint64_t)train.images[i] * train.images[i];
    }
    mean = (double)sum / (double)n / 255;
    assert_true(fabs(mean - .13066048) <= .5e-8);
    assert_true(fabs(sqrt((double)squares / (double)n / (255. * 255) - mean * mean) - .30810780) <=
                .5e-8);
    assert_true(fabs(il_dataset_density(set) - .1912) <= .5e-4);
    assert_true(il_dataset_guess(set) == 1135. / 10000); /* ones */
    assert_true(fabs(smallest(train, 784) / 255. - 19.945) <= .5e-3);
    assert_true(fabs(smallest(test, 784) / 255. - 22.039) <= .5e-3);
    assert_int_equal(dead(train, 784, 0), 67);
    assert_int_equal(dead(train, 784, 5000), 69);
    il_dataset_free(set);
}

static void test_fashion(void **state)
{
    il_dataset *set;

    (void)state;
    if (access(FASHION, R_OK) != 0) {
        print_message("skipped: no " FASHION " (Debian: dataset-fashion-mnist)\n");
        skip();
    }
    set = open_good(FASHION);
    assert_string_equal(il_dataset_name(set), "fashion-mnist");
    assert_int_equal(il_dataset_train(set).count, 60000);
    assert_int_equal(il_dataset_test(set).count, 10000);
    assert_int_equal(il_dataset_pixels(set), 784);
    assert_int_equal(il_dataset_classes(set), 10);
    check_counts(il_dataset_train(set),
                 (const size_t[]){ 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000, 6000 });
    il_dataset_free(set);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_good),         WITH_FOLDER(test_from),     WITH_FOLDER(test_missing),
        WITH_FOLDER(test_header),       WITH_FOLDER(test_mismatch), WITH_FOLDER(test_cut_anywhere),
        WITH_FOLDER(test_flip_header),  WITH_FOLDER(test_flip_gz),  WITH_FOLDER(test_bomb),
        WITH_FOLDER(test_lie),          WITH_FOLDER(test_sums),     cmocka_unit_test(test_mnist),
        cmocka_unit_test(test_fashion),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
