/* distributions.h - probabilities and quantiles of normal, Student's, F and chi-squared laws. */
#ifndef HOST_LIB_STATISTICS_DISTRIBUTIONS_H
#define HOST_LIB_STATISTICS_DISTRIBUTIONS_H

/* P(normal <= z), and the z of a probability in (0, 1) */
double il_normal_below(double z);
double il_normal_quantile(double p);

/* P(|t| >= x) with df > 0 degrees of freedom (df need not be whole); the t with P(T <= t) = p */
double il_student_two_sided(double x, double df);
double il_student_quantile(double p, double df);

/* P(F >= x), P(chi2 >= x) */
double il_f_beyond(double x, double df1, double df2);
double il_chi2_beyond(double x, double df);

#endif
