#!/usr/bin/env python3
"""test_lists.py SOURCE WORK [CMAKE ARGUMENT...] - a test of the tests: a row that is added to a list must be noticed.

A copy of the tree gets a row in each list: a loss, an activation, an optimiser with an update rule, a decay, a
schedule, a scheme, a law, an op. Without their references the tests must not compile, for each row's own reason. With them
the tests must pass, and where the environment turns one row's formula (a wrong sign and scale, say WRONG_LOSS), a
test must fail by number."""
import os
import re
import shutil
import subprocess
import sys

TARGETS = ['test_ops', 'test_elementary', 'test_gradients', 'test_pack', 'test_config', 'test_schemes']
COPIED = ['CMakeLists.txt', 'docs/examples', 'host', 'include', 'kernels', 'tests', 'tools']
END = None      # insert at a file's end

# ---- the rows, each whole but for what the tests know of it: (file, before what, text)

FACTOR = ('kernels/shared.h', '/*\n * Head of every device', '''#include <stdlib.h>
static inline float il_wrong(const char *list) { return getenv(list) ? -2.0f : 1.0f; }

''')

ROWS = {
    'loss': [
        ('kernels/loss.cu', '        if (j->head.code == IL_LOSS_MSE) {\n            FOR_LANES(l)\n',
         '''        if (j->head.code == IL_LOSS_SCRATCH) {
            FOR_LANES(l)
                t->g[c][l] = il_wrong("WRONG_LOSS") * (t->a[c][l] - target(t, j, l, c0 + c));
        } else
'''),
        ('kernels/loss.cu', '        if (j->head.code == IL_LOSS_MSE) {\n            FOR_LANES(l) {\n',
         '''        if (j->head.code == IL_LOSS_SCRATCH) {
            FOR_LANES(l) {
                const float e = t->a[c][l] - target(t, j, l, c0 + c);

                t->cost[l] += il_wrong("WRONG_LOSS") * 0.5f * e * e;
            }
        } else
'''),
        ('kernels/losses.def', END,
         'X(scratch_loss, CODES(IL_LOSS_SCRATCH), FIXED, "", "sum_k (a_k - y_k)^2 / 2", "", NO_PARAMETERS)\n'),
    ],
    'activation': [
        ('kernels/activations.def', END,
         'X(SCRATCH, "scratch_activation", "", 0.0, 0, NONE, NONE, il_wrong("WRONG_ACTIVATION") * 0.5f * z,\n'
         '  il_wrong("WRONG_ACTIVATION") * 0.5f, "z / 2", "")\n'),
    ],
    'optimizer': [
        ('kernels/shared.h', '    IL_RULE_COUNT\n', '    IL_RULE_SCRATCH,\n'),
        ('kernels/sgd.cu', '        if (rule == IL_RULE_SGD) {\n', '''        if (rule == IL_RULE_SCRATCH)
            w[i] = old - (il_wrong("WRONG_OPTIMIZER") * 0.5f * lr * slope + lost);
        else
'''),
        ('kernels/sgd.cu', '        case IL_RULE_SGD:\n', '''        case IL_RULE_SCRATCH:
            sgd_tile(&tile, IL_RULE_SCRATCH, w, v, g);
            break;
'''),
        ('host/lib/catalog/optimizers.def', END, 'X(scratch_optimizer, "", "w -= lr g / 2", "", NO_PARAMETERS)\n'),
        ('host/lib/catalog/optimizers.c', '/* ---- by row',
         '''static void scratch_optimizer(const struct scratch_optimizer_params *v, struct il_update *u)
{
    (void)v;
    u->rule = IL_RULE_SCRATCH;
}

'''),
    ],
    'decay': [
        ('host/lib/catalog/decays.def', END, 'X(scratch_decay, "", "g += 0.03 w", "", NO_PARAMETERS)\n'),
        ('host/lib/catalog/optimizers.c', '/* ---- by row',
         '''static void scratch_decay(const struct scratch_decay_params *v, struct il_update *u)
{
    (void)v;
    u->decay = 0.03 * (double)il_wrong("WRONG_DECAY");
    u->decay_bias = 1;
}

'''),
    ],
    'schedule': [
        ('host/lib/catalog/schedules.def', END, 'X(scratch_schedule, "", "lr / 2", "", NO_PARAMETERS)\n'),
        ('host/lib/catalog/schedules.c', "/* a row's parameters from a choice's values",
         '''static double scratch_schedule(const struct scratch_schedule_params *v, const struct place *at)
{
    (void)v, (void)at;
    return 0.5 * (double)il_wrong("WRONG_SCHEDULE");
}

'''),
    ],
    'scheme': [
        ('host/lib/catalog/schemes.def', END, 'X(scratch_scheme, ZEROS, 0, "", "N(0.5)", "", NO_PARAMETERS)\n'),
        ('host/lib/catalog/schemes_plain.c', END,     # a standard deviation has no sign
         '\nSCHEME(scratch_scheme) { return il_draw_normal(out, getenv("WRONG_SCHEME") ? 1 : 0.5); }\n'),
    ],
    'law': [
        ('kernels/laws.def', END, 'X(SCRATCH, "scratch law") /* a / 2 */\n'),
        ('kernels/fill.cu', '    case IL_LAW_IDENTITY:\n', '''    case IL_LAW_SCRATCH:
        return il_wrong("WRONG_LAW") * 0.5f * v;
'''),
        ('host/lib/catalog/scheme_law.c', '    case IL_LAW_COUNT:\n', '''    case IL_LAW_SCRATCH:
        x.mean = x.low = x.high = a / 2;
        break;
'''),
    ],
    'op': [
        ('kernels/ops.def', END, '''
X(scratch_op, (struct il_device *d, float *w, unsigned rows, unsigned cols, unsigned ld), (d, w, rows, cols, ld),
  (size_t)8 * rows * cols, (size_t)rows * cols)
'''),
        ('kernels/rescale.cu', END, '''
__global__ void scratch_op(float *__restrict__ w, unsigned rows, unsigned cols, unsigned ld)
{
    FOR_BLOCKS(i, rows) {
        FOR_EACH(j, cols)
            w[(size_t)i * ld + j] *= il_wrong("WRONG_OP") * 2.0f;
    }
}

OP_BEGIN
int OP(scratch_op)(struct il_device *d, float *w, unsigned rows, unsigned cols, unsigned ld)
{
    return LAUNCH(scratch_op, il_grid(rows), d, (w, rows, cols, ld));
}
OP_END
'''),
    ],
}

# ---- what each row without a reference makes the compiler complain of

MISSING = {
    'loss': ['IL_LOSS_SCRATCH', 'ref_loss_scratch_loss'],
    'activation': ['ref_f_SCRATCH'],
    'optimizer': ['IL_RULE_SCRATCH', 'ref_optimizer_scratch_optimizer'],
    'decay': ['ref_decay_scratch_decay'],
    'schedule': ['pin_scratch_schedule'],
    'scheme': ['law_scratch_scheme'],
    'law': ['IL_LAW_SCRATCH'],
    'op': ['check_scratch_op'],
}

# ---- the references

REFERENCES = {
    'loss': [
        ('tests/reference_loss.h', '    case IL_LOSS_COUNT:\n        break;\n    }\n    return 0;\n', '    case IL_LOSS_SCRATCH:\n'),
        ('tests/reference_loss.h', '    case IL_LOSS_COUNT:\n        break;\n    }\n    return NAN;\n',
         '    case IL_LOSS_SCRATCH:\n        return (a - y) * (a - y) / 2;\n'),
        ('tests/reference_loss.h', '#endif\n',
         '''static inline void ref_of_scratch(const il_param_value *v, unsigned classes, struct il_head *h,
                                  double *divisor)
{
    (void)v, (void)classes;
    h->code = IL_LOSS_SCRATCH;
    *divisor = 1;
}
static const struct ref_loss ref_loss_scratch_loss = { "", ref_of_scratch };

'''),
    ],
    'activation': [
        ('tests/reference.h', 'REF_ACTIVATION(ARCTAN', 'REF_ACTIVATION(SCRATCH, z / 2)\n'),
    ],
    'optimizer': [
        ('tests/reference.h', '    case IL_RULE_COUNT:\n', '''    case IL_RULE_SCRATCH:
        x->w -= lr * g / 2;
        return;
'''),
        ('tests/reference_catalog.h', '/* ---- decays',
         '''static inline void ref_step_scratch(const il_param_value *v, double g, double lr, double t,
                                    struct ref_weight *x)
{
    (void)v, (void)t;
    ref_rule(IL_RULE_SCRATCH, 0, g, lr, x);
}
static const struct ref_optimizer ref_optimizer_scratch_optimizer = { "", ref_step_scratch };

'''),
    ],
    'decay': [
        ('tests/reference_catalog.h', '/* ---- the lists',
         '''static inline void ref_of_scratch_decay(const il_param_value *v, int bias, double *gradient,
                                        double *weight)
{
    (void)v, (void)bias;
    *gradient = 0.03;
    *weight = 0;
}
static const struct ref_decay ref_decay_scratch_decay = { "", ref_of_scratch_decay };

'''),
    ],
    'schedule': [
        ('tests/unit/runs/test_config.c', 'static const struct {\n    const struct pin *pin;\n',
         'static const struct pin pin_scratch_schedule[] = { { "", 3, 10, 100, 0, 0.05 } };\n'),
    ],
    'scheme': [
        ('tests/unit/runs/test_schemes.c', 'static const struct {\n    const struct law *law;\n',
         'LAW(scratch_scheme) = { { "", 784, 10, .std = .5 } };\n'),
    ],
    'law': [
        ('tests/ops_reference.h', '    case IL_LAW_CONSTANT:\n', '    case IL_LAW_SCRATCH:\n        return a / 2;\n'),
    ],
    'op': [
        ('tests/ops_reference.h', '/* ---- the device', '''static int check_scratch_op(struct il_device *d, float *w, unsigned rows, unsigned cols, unsigned ld)
{
    const struct grid g = { 1, rows, cols, cols, ld };

    snapshot(d);
    assert_int_equal(ops_of(d)->scratch_op(d, w, rows, cols, ld), 0);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            near((double)w[i * ld + j], 2 * (double)((const float *)before(d, w))[i * ld + j], EPS, "scratch_op");
    check_padding(d, "scratch_op", w, &g, 0, 0);
    SETTLE(d, "scratch_op", w);
    return 0;
}

'''),
    ],
}

# ---- which program fails of a turned formula, and how: with what it got and what it should have got

NUMBER = r'-?[0-9.]+(e[-+]?[0-9]+)?'
FAILURES = {
    'loss': [('test_ops', rf'(cost|dL/dz): {NUMBER}, not {NUMBER}'),
             ('test_gradients', rf'scratch_loss.* {NUMBER}, not {NUMBER}')],
    'activation': [('test_elementary', rf'scratch_activation\({NUMBER}\) is {NUMBER}, not {NUMBER}')],
    'optimizer': [('test_ops', rf'w: {NUMBER}, not {NUMBER}'),
                  ('test_pack', rf'scratch_optimizer.* {NUMBER}, not {NUMBER}')],
    'decay': [('test_pack', rf'scratch_decay.* {NUMBER}, not {NUMBER}')],
    'schedule': [('test_config', rf'scratch_schedule: {NUMBER}, not {NUMBER}')],
    'scheme': [('test_schemes', rf'scratch_scheme: {NUMBER}, not {NUMBER}')],
    'law': [('test_ops', rf'fill: {NUMBER}, not {NUMBER}')],
    'op': [('test_ops', rf'scratch_op: {NUMBER}, not {NUMBER}')],
}


def stop(text):
    """Say what is wrong, and end."""
    sys.exit(f'test_lists: {text}')


def copy(source, to):
    """What the tests are built from; data is only linked."""
    shutil.rmtree(to, ignore_errors=True)
    for name in COPIED:
        path = os.path.join(source, name)
        target = os.path.join(to, name)
        if os.path.isdir(path):
            shutil.copytree(path, target, ignore=shutil.ignore_patterns('__pycache__'))
        else:
            os.makedirs(to, exist_ok=True)
            shutil.copy(path, target)
    os.symlink(os.path.join(source, 'data'), os.path.join(to, 'data'))


def insert(tree, rows):
    """Put each text before its place, which must be there once."""
    for edits in rows.values():
        for name, place, text in edits:
            path = os.path.join(tree, name)
            with open(path, encoding='utf-8') as f:
                old = f.read()
            if place is not END and old.count(place) != 1:
                stop(f'{name} has {old.count(place)} places that begin with {place!r}')
            new = old + text if place is END else old.replace(place, text + place)
            with open(path, 'w', encoding='utf-8') as f:
                f.write(new)


def run(words, **env):
    """Exit status, and all that was said."""
    done = subprocess.run(words, check=False, encoding='utf-8', errors='replace', stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env={**os.environ, 'LC_ALL': 'C', **env})
    return done.returncode, done.stdout


def build(folder, go_on):
    """Build the tests; go_on: as much of them as can be."""
    ninja = os.path.exists(os.path.join(folder, 'build.ninja'))
    more = [] if not go_on else ['--', '-k', '0'] if ninja else ['--', '-k']
    return run(['cmake', '--build', folder, '--parallel', str(os.cpu_count()), '--target', *TARGETS, *more])


def check_missing(folder):
    """Without references: each row's own error."""
    status, said = build(folder, True)
    if status == 0:
        stop('the tests build although no new row has a reference')
    for kind, names in MISSING.items():
        for name in names:      # undeclared, or not handled in a switch
            if not re.search(rf'error: .*\b{name}\b', said):
                stop(f'{kind}: the compiler does not ask for {name}:\n{said[-4000:]}')
        print(f'{kind}: without a reference the compiler asks for {", ".join(names)}')


def check_references(folder):
    """With references: the tests pass, and notice a turned formula."""
    status, said = build(folder, False)
    if status != 0:
        stop(f'the tests do not build with references:\n{said[-4000:]}')
    for program in TARGETS:
        status, said = run([os.path.join(folder, 'tests', program)])
        if status != 0:
            stop(f'{program} fails on right formulas:\n{said[-4000:]}')
    for kind, failures in FAILURES.items():
        for program, words in failures:
            status, said = run([os.path.join(folder, 'tests', program)], **{f'WRONG_{kind.upper()}': '1'})
            found = re.search(words, said)
            if status == 0 or not found:
                stop(f'{kind}: {program} does not notice a wrong formula ({status}):\n{said[-4000:]}')
            print(f'{kind}: with a wrong formula: {program}: {found.group()}')


def main():
    """Copy, break, build, mend, build, run."""
    source, work = map(os.path.abspath, sys.argv[1:3])
    tree, folder = os.path.join(work, 'tree'), os.path.join(work, 'build')
    copy(source, tree)
    insert(tree, {'': [FACTOR]})
    insert(tree, ROWS)
    shutil.rmtree(folder, ignore_errors=True)
    status, said = run(['cmake', '-S', tree, '-B', folder, '-DINITLAB_CUDA=OFF', '-DCMAKE_BUILD_TYPE=Debug',
                        '-DCMAKE_C_FLAGS_DEBUG=-O1', *sys.argv[3:]])
    if status != 0:
        stop(f'cmake fails:\n{said[-4000:]}')
    check_missing(folder)
    insert(tree, REFERENCES)
    check_references(folder)
    shutil.rmtree(work)
    return 0


if __name__ == '__main__':
    sys.exit(main())
