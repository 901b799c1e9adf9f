/**
 * inspect.h - what a network does to a signal: forward statistics, gradients, singular values,
 * beside what the theory of wide random networks expects. Meant for initial weights, legal at any
 * time between two epochs; the training is not disturbed.
 */
#ifndef INITLAB_INSPECT_H
#define INITLAB_INSPECT_H

#include <stddef.h>
#include "api.h"
#include "pack.h"
#include "status.h"

IL_API_BEGIN

/**
 * One layer of weights, measured on a batch: z are its pre-activations, a = f(z) what leaves it.
 * Means and variances are over samples and units; the output layer has no a (NaN).
 */
typedef struct il_signal {
    size_t fan_in, fan_out;
    size_t distinct; /**< units that differ from each other in weights or bias, bit for bit */
    double z_mean, z_variance;
    double q; /**< mean of z^2 */
    double c; /**< mean cosine between the z of two different samples; NaN: fewer than two */
    double a_mean, a_variance;
    double saturated;         /**< share of |f'(z)| < 0.02, as tanh has beyond 0.99 */
    double zero;              /**< share of a = 0 */
    double dead;              /**< share of units with f'(z) = 0 for every sample */
    double gradient_mean;     /**< of dL/dz, L the cost of one sample */
    double gradient_variance; /**< of the same */
    double chi1;              /**< fan_in mean(w^2) of the next layer, times mean f'(z)^2 */

    /**
     * By mean-field theory (Poole et al. 2016, Schoenholz et al. 2017), from the laws that this
     * layer's weights and bias were drawn by: q' = sw2 E f(sqrt(q) z)^2 + sb2, where the first
     * layer has the inputs' mean square in place of E f^2. NaN where there is none: weights whose
     * mean is not 0, weights from a file or fitted to data, row-wise activations.
     */
    struct {
        double q; /**< here */
        /** where q goes in many such layers, from here; infinite: it grows, 0: it vanishes */
        double q_star;
        double slope; /**< dq'/dq there: what a layer leaves of a deviation */
        /**
         * the unstable fixed point that q leaves, or that the scheme was to keep; its slope, above
         * 1. NaN: none within a factor of 100 of q
         */
        double unstable_q, unstable_slope;
        double chi1;    /**< at q_star; 1 is the edge of chaos */
        double xi_grad; /**< 1 / |log chi1|: gradients grow or shrink by e in so many layers */
        /** the cosine c that two samples come to; NaN: they keep their own */
        double c_star;
        /**
         * -1 / log chi at c_star, chi = sw2 E f'(u1) f'(u2): the covariance of two samples comes
         * nearer to its limit by e in so many layers; infinite at the edge, and where q grows
         */
        double xi_c;
    } theory;
} il_signal;

/**
 * Inspect one run on its first `batch` training samples in file order, computed on the pack's
 * device; statistics in double on the host. layer [il_pack_layers]. Source: kernels' f and f' of
 * the run.
 *
 * IL_E_USAGE: no such run; IL_E_MEMORY; IL_E_DEVICE. Not finite numbers are results.
 */
il_status il_inspect(il_pack *pack, size_t run, il_signal *layer, il_error *err);

/**
 * Singular values of a layer's weights, without its bias: values [min(fan_in, fan_out)], falling.
 * They are square roots of the Gram matrix's eigenvalues in double; one below sqrt(n 2^-52) of the
 * largest, n their number, is not told from 0 and is 0. All are NaN where a weight is not finite.
 */
il_status il_inspect_weights(il_pack *pack, size_t run, size_t layer, double *values,
                             il_error *err);

/**
 * The law that these singular values follow in a wide layer: share [points] of them are above value
 * [points], from the largest to the least; points at least 2. Marchenko and Pastur's (1967) for
 * independent weights of mean 0, the gain alone for orthogonal ones. Values are NaN where there is no such
 * law: other schemes, weights from a file or fitted to data. IL_E_USAGE: no such run or layer, points.
 */
il_status il_inspect_spectrum(const il_pack *pack, size_t run, size_t layer, size_t points,
                              double *share, double *value, il_error *err);

/**
 * The density of a layer's weights by the law that they were drawn from: density [points] at weight
 * [points]. NaN where there is none: laws with values that have a probability of their own (constants,
 * sparse), weights from a file or fitted to data. IL_E_USAGE: no such run or layer.
 */
il_status il_inspect_density(const il_pack *pack, size_t run, size_t layer, size_t points,
                             const double *weight, double *density, il_error *err);

/**
 * What leaves a hidden layer: a = f(z) of each of the batch's samples, values [batch * fan_out], a sample after the other.
 * IL_E_USAGE: no such run or hidden layer, or a row-wise activation.
 */
il_status il_inspect_activations(il_pack *pack, size_t run, size_t layer, float *values,
                                 il_error *err);

/**
 * The density of f(z) by theory, z normal of variance q: the mean of each of `bins` equal bins from low to high. NaN where
 * q is, or is not above 0, and of a row-wise activation. IL_E_USAGE: no such run.
 */
il_status il_inspect_activation_law(const il_pack *pack, size_t run, double q, size_t bins,
                                    double low, double high, double *density, il_error *err);

/**
 * Singular values of the Jacobian of logits by inputs (0 to 1), values [min(pixels, classes)]:
 * for each of the first `samples` of the batch, 1 to batch, falling; the k-th is the mean of the
 * k-th ones. NaN for a row-wise hidden activation. Errors as above, and IL_E_USAGE for samples.
 */
il_status il_inspect_jacobian(il_pack *pack, size_t run, size_t samples, double *values,
                              il_error *err);

/**
 * What mean-field theory expects of a layer before training, by the laws that its weights and those below
 * are drawn by; NaN as in il_signal, and from there on.
 */
typedef struct il_expected {
    double q;                  /**< mean of z^2 */
    double a_mean, a_variance; /**< of f(z), z normal of variance q; NaN of the output layer */
    /**
     * norm of dL/d(weights and bias), of one sample whose dL/dz at the outputs has norm 1: below, the square
     * of that norm grows by sw2 E f'(z)^2 a layer, and is multiplied by |a|^2 + 1 of what comes in
     */
    double gradient;
} il_expected;

/**
 * The same theory of a config alone, without a pack or a device: layer [il_config_widths - 1], for the inputs'
 * mean square over the samples that diagnostics (watch.h) look at. IL_E_USAGE: the config does not fit the dataset.
 */
il_status il_expect(il_expected *layer, const il_config *config, const il_dataset *set,
                    il_error *err);

/** How far information travels through a deep network of such layers, in layers. */
typedef struct il_depths {
    double xi_c, xi_grad; /**< as il_signal has them; infinite at the edge of chaos */
} il_depths;

/**
 * The same of a config alone, by the law of its last hidden layer, without a dataset: NaN where fewer than two layers
 * are hidden, where there is no theory, and where it depends on the signal's size which fixed point q goes to.
 * IL_E_USAGE: what the init's own words say.
 */
il_status il_expect_depths(il_depths *out, const il_config *config, il_error *err);

IL_API_END
#endif
