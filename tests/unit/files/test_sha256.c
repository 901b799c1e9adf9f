/* test_sha256.c - SHA-256 against the vectors of FIPS 180-4, however the bytes are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include "core/sha256.h"

/* of NIST's example files, and lengths around the padding's edges (from coreutils' sha256sum) */
static const struct {
    const char *piece;
    size_t times;
    const char *hex;
} vectors[] = {
    { "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
    { "a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
    { "a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
    { "a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34" },
    { "a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
    { "a", 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0" },
    { "a", 119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb" },
    { "a", 120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c" },
};

enum { VECTORS = sizeof vectors / sizeof *vectors };

static void check_vectors(int plain)
{
    for (size_t i = 0; i < VECTORS; i++) {
        struct il_sha256 s;
        char hex[65];

        il_sha256_start(&s);
        if (plain)
            s.blocks = il_sha256_blocks_plain;
        for (size_t k = 0; k < vectors[i].times; k++)
            il_sha256_add(&s, vectors[i].piece, strlen(vectors[i].piece));
        il_sha256_hex(&s, hex);
        assert_string_equal(hex, vectors[i].hex);
    }
}

static void test_vectors(void **state)
{
    (void)state;
    check_vectors(0);
}

static void test_vectors_plain(void **state)
{
    (void)state;
    check_vectors(1);
}

/* 4096 bytes at once, and cut into pieces of every size up to 200, by both implementations */
static void test_cuts(void **state)
{
    uint8_t bytes[4096];
    char whole[65], hex[65];
    struct il_sha256 s;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * i >> 3);
    il_sha256_start(&s);
    il_sha256_add(&s, bytes, sizeof bytes);
    il_sha256_hex(&s, whole);
    for (size_t cut = 1; cut <= 200; cut++) {
        il_sha256_start(&s);
        if (cut % 2)
            s.blocks = il_sha256_blocks_plain;
        for (size_t at = 0; at < sizeof bytes; at += cut) {
            il_sha256_add(&s, bytes + at, sizeof bytes - at < cut ? sizeof bytes - at : cut);
            il_sha256_hex(&s, hex); /* looking changes nothing */
        }
        assert_string_equal(hex, whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_vectors_plain),
        cmocka_unit_test(test_cuts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
