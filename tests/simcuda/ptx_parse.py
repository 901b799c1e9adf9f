"""ptx_parse.py - PTX text into modules, functions, declarations and statements, each with its line."""
import re

BITS = {'b': 'uint', 'u': 'uint', 's': 'int'}
C_TYPE = {k + str(w): '%s%d_t' % (BITS[k], w) for k in BITS for w in (8, 16, 32, 64)}
C_TYPE.update(f32='float', f64='double', pred='bool')


class PtxError(Exception):
    """What the translator does not know. line: in the PTX; what: the words."""

    def __init__(self, line, what):
        super().__init__(what)
        self.line, self.what = line, what


def size_of(type_):
    """Bytes of a PTX type."""
    return 1 if type_ == 'pred' else int(type_[1:]) // 8


class Variable:
    """A declaration: space, alignment, type, name, count (None: a scalar), initialiser."""

    def __init__(self, line, text):
        self.line = line
        self.extern = '.extern' in text.split('=')[0]
        text = re.sub(r'^\s*(\.(visible|weak|extern|common)\s+)+', '', text)
        m = re.match(r'\.(global|const|shared|local|param)\s+(?:\.attribute\([^)]*\)\s*)?(?:\.align\s+(\d+)\s+)?'
                     r'\.(\w+)\s+(?:\.ptr\s*(?:\.(?:global|shared|const|local))?\s*(?:\.align\s+\d+)?\s*)?'
                     r'([\w$%.]+)\s*((?:\[\d*\])*)\s*(?:=\s*(.*))?$', text, re.S)
        if not m or m.group(3) not in C_TYPE:
            raise PtxError(line, 'declaration "%s"' % ' '.join(text.split())[:100])
        self.space, align, self.type, self.name, dims, self.init = m.groups()
        self.align = int(align) if align else size_of(self.type)
        self.count = None
        for d in re.findall(r'\[(\d*)\]', dims):
            self.count = (1 if self.count is None else self.count) * int(d or 0)

    @property
    def bytes(self):
        """Size in bytes."""
        return size_of(self.type) * (1 if self.count is None else self.count)


class Function:
    """An .entry or .func: parameters, return values, and its statements (None: only declared)."""

    def __init__(self, line, kernel, head, body):
        m = re.match(r'\s*(?:\.attribute\([^)]*\)\s*)?(?:\(([^)]*)\)\s*)?([\w$]+)\s*(?:\(([^)]*)\))?', head, re.S)
        if not m:
            raise PtxError(line, 'function "%s"' % head[:100])
        self.line, self.kernel, self.name = line, kernel, m.group(2)
        self.returns, self.params = (
            [Variable(line, ' '.join(x.split())) for x in (part or '').split(',') if x.strip()]
            for part in (m.group(1), m.group(3)))
        self.targets = {}
        self.statements = None if body is None else statements(*body, self.targets)


def statements(line, body, targets):
    """[(line, text)] of a function's body; a label is 'NAME:'. Scopes vanish: nvcc's names are unique
    enough. The lists of .branchtargets go to `targets`."""
    result, current, i = [], '', 0
    while i < len(body):
        ch = body[i]
        if ch == '"':
            end = body.index('"', i + 1)
            current += body[i:end + 1]
            i = end
        elif ch == '{' and current.strip():             # a vector operand
            end = body.index('}', i)
            current += body[i:end + 1]
            i = end
        elif ch in '{}':                                # a scope
            current = ''
        elif ch == ':' and body[i:i + 2] != '::' and re.match(r'^\s*[\w$%]+\s*$', current) \
                and not body[i + 1:].lstrip().startswith('.branchtargets'):
            result.append((line, current.strip() + ':'))
            current = ''
        elif ch == ';':
            text = ' '.join(current.split())
            m = re.match(r'([\w$]+):\s*\.branchtargets\s+(.*)$', text)
            if m:
                targets[m.group(1)] = [x.strip() for x in m.group(2).split(',')]
            elif text and not re.match(r'\.(pragma|loc|file)\b', text):
                result.append((line, text))
            current = ''
        else:
            if body.startswith('::', i):                # .shared::cta
                current, i = current + '::', i + 1
            else:
                current += ch
            if ch == '\n' and re.match(r'^\s*\.(loc|file|maxntid|minnctapersm|reqntid|maxnreg|section)\b[^;]*$',
                                       current):
                current = ''
        if ch == '\n':
            line += 1
        i += 1
    return result


def without_comments(text):
    """The text without comments and debug sections, every line where it was."""
    def lines_only(m):
        return '\n' * m.group().count('\n')

    text = re.sub(r'//[^\n]*', '', text)
    text = re.sub(r'/\*.*?\*/', lines_only, text, flags=re.S)
    text = re.sub(r'^[ \t]*\.section[^{]*\{[^}]*\}', lines_only, text, flags=re.M)
    return re.sub(r'^[ \t]*\.(version|target|address_size|file)[^\n]*$', '', text, flags=re.M)


def closing_brace(text, start):
    """Where the block that opens at text[start] ends."""
    depth, i = 0, start
    while True:
        if text[i] == '"':
            i = text.index('"', i + 1)
        depth += (text[i] == '{') - (text[i] == '}')
        if depth == 0:
            return i
        i += 1


def parse(text):
    """A module: ([Variable], [Function]) in the order of the text."""
    text = without_comments(text)
    variables, functions, i = [], [], 0
    head = re.compile(r'((?:\.(?:visible|extern|weak)\s+)*)\.(entry|func)\b')
    while True:
        while i < len(text) and (text[i].isspace() or text[i] == ';'):
            i += 1
        if i >= len(text):
            return variables, functions
        line = 1 + text.count('\n', 0, i)
        m = head.match(text, i)
        semicolon = text.find(';', i)
        if not m:
            if semicolon < 0:
                raise PtxError(line, 'text "%s"' % text[i:i + 60])
            s = ' '.join(text[i:semicolon].split())
            if not s.startswith(('.pragma', '.alias')):
                variables.append(Variable(line, s))
            i = semicolon + 1
            continue
        brace = text.find('{', m.end())
        if 0 <= semicolon and (brace < 0 or semicolon < brace):
            functions.append(Function(line, m.group(2) == 'entry', text[m.end():semicolon], None))
            i = semicolon + 1
        else:
            end = closing_brace(text, brace)
            first = 1 + text.count('\n', 0, brace)
            functions.append(Function(line, m.group(2) == 'entry', text[m.end():brace],
                                      (first, text[brace + 1:end])))
            i = end + 1
