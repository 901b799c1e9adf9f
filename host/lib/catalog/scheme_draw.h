/* scheme_draw.h - what the functions of schemes are made of: laws, fans, gains and refusals. */
#ifndef HOST_LIB_CATALOG_SCHEME_DRAW_H
#define HOST_LIB_CATALOG_SCHEME_DRAW_H

#include "scheme.h"

/* Laws. Each returns IL_OK, so that a scheme can end with it. */
il_status il_draw_constant(struct il_draw *out, double value);
il_status il_draw_uniform(struct il_draw *out, double bound); /* U(bound) */
il_status il_draw_normal(struct il_draw *out, double std);    /* N(std) */

/* T(std): cut at two standard deviations and widened so that std remains */
il_status il_draw_trunc_normal(struct il_draw *out, double std);

/* mean + std z with low <= z <= high: std is before the cut */
il_status il_draw_between(struct il_draw *out, double mean, double std, double low, double high);

/* gain times an orthogonal matrix */
il_status il_draw_orthogonal(struct il_draw *out, double gain);

/* One of three laws with this std: the words of `distribution`, in their order. */
enum il_distribution { IL_NORMAL, IL_TRUNC_NORMAL, IL_UNIFORM };
il_status il_draw_spread(struct il_draw *out, unsigned distribution, double std);

/* The fan to divide by: the words of `mode`, in their order. */
enum il_fan_mode { IL_FAN_IN, IL_FAN_OUT, IL_FAN_AVG, IL_FAN_GEO_AVG };
double il_fan(unsigned mode, const struct il_tensor_place *at);

/* The gain that a parameter `gain` is for this layer, or why there is none. */
il_status il_gain_at(double *gain, il_param_value value, const struct il_tensor_place *at,
                     il_error *err);

/* Is a parameter that counts something a whole number? */
il_status il_check_whole(const char *name, double value, il_error *err);

/* Of two parameters of which one takes the other's place, the first must be left as it is. */
il_status il_check_alternative(const char *name, double value, double untouched, const char *other,
                               il_error *err);

/* A bound x > 0 as it is told with %.6g: never above x, so that what is told is valid. */
double il_rounded_down(double x);

#endif
