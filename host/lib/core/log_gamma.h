/* log_gamma.h - log |gamma(x)|, as lgamma, whose sign goes into a variable that all threads share. */
#ifndef HOST_LIB_CORE_LOG_GAMMA_H
#define HOST_LIB_CORE_LOG_GAMMA_H

#include <math.h>

static inline double il_log_gamma(double x)
{
    int sign;

    return lgamma_r(x, &sign);
}

#endif
