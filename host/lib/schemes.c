/*
 * schemes.c - the list of initialisation schemes. A scheme turns a layer's fans and its own
 * parameters into the law of a fill; what is random about it happens in the fill kernel.
 */
#include "tables.h"

/* one scheme: its row for people, and its law */
struct law {
    enum il_law law;
    double a, b; /* struct il_fill's */
};
typedef struct law scheme_fn(const double *value, unsigned fan_in, unsigned fan_out);

static struct law zeros(const double *v, unsigned in, unsigned out)
{
    (void)v, (void)in, (void)out;
    return (struct law){ IL_LAW_CONSTANT, 0, 0 };
}

static struct law ones(const double *v, unsigned in, unsigned out)
{
    (void)v, (void)in, (void)out;
    return (struct law){ IL_LAW_CONSTANT, 1, 0 };
}

static struct law constant(const double *v, unsigned in, unsigned out)
{
    (void)in, (void)out;
    return (struct law){ IL_LAW_CONSTANT, v[0], 0 };
}

static struct law uniform(const double *v, unsigned in, unsigned out)
{
    (void)in, (void)out;
    return (struct law){ IL_LAW_UNIFORM, v[0], v[1] };
}

static struct law normal(const double *v, unsigned in, unsigned out)
{
    (void)in, (void)out;
    return (struct law){ IL_LAW_NORMAL, v[0], v[1] };
}

#define REAL(name, value, help)                                                                    \
    {                                                                                              \
        name, value, -1e30, 1e30, NULL, help                                                       \
    }

/* X(function, name, aliases, formula, source, parameters) */
#define SCHEMES(X)                                                                                 \
    X(zeros, "zeros", "zero zeros_", "w = 0", "", { .name = NULL })                                \
    X(ones, "ones", "one ones_", "w = 1", "", { .name = NULL })                                    \
    X(constant, "constant", "const constant_ fill", "w = value", "",                               \
      REAL("value", 0, "every weight"))                                                            \
    X(uniform, "uniform", "random_uniform uniform_", "w ~ U(low, high)", "",                       \
      REAL("low", -0.05, "lower bound"), REAL("high", 0.05, "upper bound"))                        \
    X(normal, "normal", "gaussian random_normal normal_", "w ~ N(mean, std^2)", "",                \
      REAL("mean", 0, "mean"), { "std", 0.05, 0, 1e30, NULL, "standard deviation" })

const il_entry il_scheme_rows[] = {
#define X(function, text, others, maths, citation, ...)                                            \
    { text, others, maths, citation, { __VA_ARGS__ } },
    SCHEMES(X)
#undef X
        { .name = NULL }
};

il_status il_scheme_of(const struct il_choice *c, unsigned fan_in, unsigned fan_out,
                       struct il_fill *fill, il_error *err)
{
    static scheme_fn *const functions[] = {
#define X(function, ...) function,
        SCHEMES(X)
#undef X
    };
    const struct law law = functions[c->index](c->value, fan_in, fan_out);

    if (law.law == IL_LAW_UNIFORM && !(law.a <= law.b))
        return il_fail(err, IL_E_USAGE, "init: %s needs low <= high, not %g and %g", c->entry->name,
                       law.a, law.b);
    fill->law = (uint32_t)law.law;
    fill->a = (float)law.a;
    fill->b = (float)law.b;
    fill->unused = 0;
    return IL_OK;
}
