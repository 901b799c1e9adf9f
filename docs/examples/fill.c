/*
 * fill.c - the schemes alone: what a scheme becomes for a layer, and its numbers, in another program.
 *
 *   fill [SCHEME]      by default he_normal
 *
 * Built as any user of the library is: find_package(initlab), then link initlab::initlab (or initlab::shared).
 */
#include <math.h>
#include <stdio.h>
#include <initlab/initlab.h>

enum { FAN_IN = 784, FAN_OUT = 256 };

static float weights[FAN_IN * FAN_OUT], bias[FAN_OUT];

int main(int argc, char **argv)
{
    const char *const scheme = argc > 1 ? argv[1] : "he_normal";
    const il_place first = {
        .fan_in = FAN_IN, .fan_out = FAN_OUT, .layers = 3, .activation = "relu"
    };
    il_device *device = NULL;
    il_tensor_law law;
    il_error err;
    double square = 0;
    il_status st;

    /* what it is, without drawing anything */
    st = il_scheme_law(scheme, &first, &law, NULL, &err);
    if (st != IL_OK)
        goto out;
    printf("%s of %d -> %d: %s, std %.7f, from %g to %g\n", scheme, FAN_IN, FAN_OUT, law.name,
           law.std, law.low, law.high);

    /* its numbers: those that a run with seed 42 begins with, on any device */
    st = il_device_open(&device, "auto", 1, NULL, &err);
    if (st == IL_OK)
        st = il_fill(device, scheme, &first, 42, weights, bias, &err);
    if (st != IL_OK)
        goto out;
    for (int i = 0; i < FAN_IN * FAN_OUT; i++)
        square += (double)weights[i] * (double)weights[i];
    printf("drawn: %.6f %.6f %.6f ..., root mean square %.7f; bias %g\n", (double)weights[0],
           (double)weights[1], (double)weights[2], sqrt(square / (FAN_IN * FAN_OUT)),
           (double)bias[0]);
out:
    if (st != IL_OK)
        fprintf(stderr, "fill: %s\n", err.text);
    il_device_close(device);
    return il_status_exit(st);
}
