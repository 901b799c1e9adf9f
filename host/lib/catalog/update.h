/* update.h - an update rule with its numbers: an optimiser and a weight decay. */
#ifndef HOST_LIB_CATALOG_UPDATE_H
#define HOST_LIB_CATALOG_UPDATE_H

/* The update rule of a pack, part of its key. */
struct il_update {
    int adam; /* else one of enum il_rule */
    unsigned rule;
    double mu, beta1, beta2, eps;
    int keras;    /* Adam's epsilon outside the correction, as Keras has it */
    double decay; /* 0: none */
    int decoupled, decay_bias;
};

#endif
