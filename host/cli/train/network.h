/* network.h - what commands that build a network share: its config, dataset, device and pack. */
#ifndef HOST_CLI_TRAIN_NETWORK_H
#define HOST_CLI_TRAIN_NETWORK_H

#include "initlab/initlab.h"
#include "common/options.h"

struct network {
    const struct options *o;
    il_config *config;
    il_dataset *set;
    il_device *device;
    il_pack *pack;
    char folder[4096], why[256]; /* where the dataset lies; why this device */
    il_error err;
};

/* Each of these fills err on failure. The config: --recipe first, if the command has it, then the parameters' options over it. */
il_status network_configure(struct network *n);

/* Set a parameter from its option as it was given; an error names the option as it is spelled here. */
il_status network_set(struct network *n, const struct opt_row *row);

/* --device, and --threads if the command has it; timed if --profile was given. */
il_status network_device(struct network *n);

/* --data, else the bundled MNIST. */
il_status network_dataset(struct network *n);

/* A pack of the one run. */
il_status network_pack(struct network *n, const il_watch *watch);

/* One line on stderr of the layers that a scheme could not fit to the data; none: nothing. */
void network_say_unfitted(const struct cli *cli, const struct network *n);

void network_close(struct network *n);

#endif
