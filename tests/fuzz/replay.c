/* replay.c - runs a fuzz target on the files and folders given, where there is no fuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Run one file. Its bytes get memory of exactly their size: a sanitizer sees a read past them. */
static int run_file(const char *path)
{
    FILE *in = fopen(path, "rb");
    uint8_t *bytes = NULL;
    long n = -1;
    int good;

    if (in && fseek(in, 0, SEEK_END) == 0 && (n = ftell(in)) >= 0 && fseek(in, 0, SEEK_SET) == 0)
        bytes = malloc((size_t)n + (n == 0));
    good = bytes && fread(bytes, 1, (size_t)n, in) == (size_t)n;
    if (good)
        LLVMFuzzerTestOneInput(bytes, (size_t)n);
    else
        perror(path);
    free(bytes);
    if (in)
        fclose(in);
    return good;
}

int main(int argc, char **argv)
{
    int runs = 0, failures = 0;

    for (int i = 1; i < argc; i++) {
        DIR *dir = opendir(argv[i]);
        struct dirent *e;

        if (!dir) {
            failures += !run_file(argv[i]);
            runs++;
        }
        while (dir && (e = readdir(dir))) {
            char path[4096];

            if (e->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/%s", argv[i], e->d_name);
            failures += !run_file(path);
            runs++;
        }
        if (dir)
            closedir(dir);
    }
    printf("%d inputs, %d could not be read\n", runs, failures);
    return runs == 0 || failures > 0;
}
