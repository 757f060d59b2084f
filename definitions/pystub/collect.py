"""Runs the definition files of a repository and writes their objects as JSON to standard output.

Standard input: {"root": directory, "files": [path below root, ...]}. Whatever the files print goes to standard error.
Answer: {"documents": [{"value", "places", "feast"}], "faults": [...], "warnings": [...], "broken"}; a place is
[file, line, column], columns counting characters from 1.
"""

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))


class Finder(importlib.abc.MetaPathFinder):
    """Finds modules of the repository: from its root, and beside the file that imports. A file is one module and runs
    once, however it is imported."""

    def __init__(self, root, files):
        self.root = root
        self.modules = {}  # real path → module
        self.executed = set()
        self.directories = [root]
        for f in files:
            directory = os.path.dirname(os.path.join(root, f))
            if directory not in self.directories:
                self.directories.append(directory)
        self.running = []

    def find_spec(self, name, path=None, target=None):
        top, _, _ = name.partition(".")
        if top in ("feast", "truepoint") or top in getattr(sys, "stdlib_module_names", ()):
            return None
        if path is None:
            beside = [os.path.dirname(self.running[-1])] if self.running else []
            directories = [self.root] + beside + self.directories
        else:
            directories = [p for p in path if p.startswith(self.root)]
        last = name.rpartition(".")[2]
        for directory in directories:
            base = os.path.join(directory, last)
            for file, package in ((os.path.join(base, "__init__.py"), True), (base + ".py", False)):
                if os.path.isfile(file):
                    return self.spec(name, file, package)
        for directory in directories:
            base = os.path.join(directory, last)
            if os.path.isdir(base) and any(d == base or d.startswith(base + os.sep) for d in self.directories):
                spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
                spec.submodule_search_locations = [base]
                return spec
        return None

    def spec(self, name, file, package=False):
        locations = [os.path.dirname(file)] if package else None
        return importlib.util.spec_from_file_location(name, file, loader=Loader(self, name, file), submodule_search_locations=locations)


class Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, finder, name, file):
        super().__init__(name, file)
        self.finder, self.real = finder, os.path.realpath(file)

    def create_module(self, spec):
        return self.finder.modules.get(self.real)

    def exec_module(self, module):
        if self.real in self.finder.executed:
            return
        self.finder.executed.add(self.real)
        self.finder.modules[self.real] = module
        self.finder.running.append(self.real)
        try:
            super().exec_module(module)
        finally:
            self.finder.running.pop()


class Source:
    """The syntax tree of one file, to find the place of an argument."""

    def __init__(self, path):
        self.lines, self.calls, self.feast = [], {}, False
        try:
            with open(path, encoding="utf-8-sig") as f:
                text = f.read()
            tree = ast.parse(text)
        except (OSError, SyntaxError, ValueError):
            return
        self.lines = text.splitlines()
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                self.calls.setdefault(node.lineno, []).append(node)
            elif isinstance(node, ast.Import):
                self.feast = self.feast or any(a.name.split(".")[0] == "feast" for a in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                self.feast = self.feast or (node.module or "").split(".")[0] == "feast"

    def column(self, line, offset):
        """Turns an offset in UTF-8 bytes into a column."""
        if offset is None or not 1 <= line <= len(self.lines):
            return 0
        return len(self.lines[line - 1].encode()[:offset].decode(errors="ignore")) + 1

    def call(self, site):
        calls = self.calls.get(site.line, [])
        exact = [c for c in calls if (c.col_offset, c.end_lineno, c.end_col_offset) == (site.column, site.end_line, site.end_column)]
        return exact[0] if exact else calls[0] if len(calls) == 1 else None


class Places:
    def __init__(self, root):
        self.root, self.sources = root, {}

    def source(self, path):
        if path not in self.sources:
            self.sources[path] = Source(path)
        return self.sources[path]

    def name(self, path):
        return os.path.relpath(path, self.root) if path.startswith(self.root + os.sep) else path

    def of(self, place):
        """Returns [file, line, column] of an argument, or of its call where the argument cannot be found."""
        site = place.site
        if site is None:
            return ["", 0, 0]
        source = self.source(site.file)
        node = source.call(site)
        line, column = site.line, source.column(site.line, site.column)
        if node is not None and place.argument:
            node = next((k.value for k in node.keywords if k.arg == place.argument), None)
            node = element(node, place.element)
            if node is not None:
                line, column = node.lineno, source.column(node.lineno, node.col_offset)
        return [self.name(site.file), line, column]


def element(node, which):
    """Returns an element of a literal list, or the value of a key of a literal dictionary; otherwise the whole."""
    if isinstance(which, int) and isinstance(node, (ast.List, ast.Tuple)) and which < len(node.elts):
        return node.elts[which]
    if isinstance(which, str) and isinstance(node, ast.Dict):
        for key, item in zip(node.keys, node.values):
            if isinstance(key, ast.Constant) and key.value == which:
                return item
    return node


class Collector:
    def __init__(self, root, files):
        self.root, self.files = root, files
        self.places = Places(root)
        self.finder = Finder(root, files)
        self.faults, self.warnings, self.found, self.seen = [], [], [], set()
        self.broken = False  # some definition is not there

    def run(self):
        import truepoint._core as core

        self.core = core
        core.sink = []
        sys.meta_path.insert(0, self.finder)
        for file in self.files:
            self.load(os.path.join(self.root, file), file[:-3].replace(os.sep, "."))
        for file in self.files:
            module = self.finder.modules.get(os.path.realpath(os.path.join(self.root, file)))
            for value in list(vars(module).values()) if module is not None else ():
                self.keep(value, 2)
        documents = [d for d in map(self.document, self.found) if d is not None]
        for error in core.sink:
            self.broken = self.broken or error.code == "unimplemented"
            self.fault(error.message, error.hint, self.places.of(error.place), error.code)
        return {"documents": documents, "faults": self.faults, "warnings": self.warnings, "broken": self.broken}

    def load(self, path, name):
        real = os.path.realpath(path)
        if real in self.finder.executed:
            return
        name = name[: -len(".__init__")] if name.endswith(".__init__") else name
        try:
            if all(part.isidentifier() for part in name.split(".")):
                importlib.import_module(name)
            if real not in self.finder.executed:  # the name means another module, or cannot be one
                spec = self.finder.spec("_repository_." + name.replace(".", "_"), path)
                spec.loader.exec_module(importlib.util.module_from_spec(spec))
        except self.core.DefinitionError as e:
            self.broken = True
            self.fault(e.message, e.hint, self.places.of(e.place), e.code)
        except SyntaxError as e:
            column = e.offset or 1
            self.broken = True
            self.fault("the file is not Python: " + (e.msg or "syntax error"), "correct the syntax", [self.places.name(e.filename or path), e.lineno or 1, column])
        except KeyboardInterrupt:
            raise
        except BaseException as e:  # whatever the user's code raises, SystemExit included
            self.user_error(e, path)

    def user_error(self, e, path):
        self.broken = True
        line, file, column = 1, path, 0
        for frame in traceback.extract_tb(e.__traceback__):
            if frame.filename.startswith(self.root + os.sep):
                file, line = frame.filename, frame.lineno
                column = self.places.source(file).column(line, getattr(frame, "colno", None))
        hint = "correct the file, or name it in .feastignore"
        if isinstance(e, ModuleNotFoundError) and e.name:
            hint = f"install {e.name.split('.')[0]} for the python3 that runs definitions, or name the file in .feastignore"
            if e.name.split(".")[0] in ("feast", "truepoint"):
                hint = "this module of the package is not supported in definition files"
        text = str(e).splitlines()[0][:500] if str(e) else ""
        self.fault(f"{type(e).__name__}: {text}" if text else type(e).__name__, hint, [self.places.name(file), line, column])

    def fault(self, message, hint, place, code="invalid_argument"):
        self.faults.append({"message": message, "hint": hint, "place": place, "code": code})

    def keep(self, value, depth):
        """Keeps definitions in module variables, in lists and dictionaries there, and what those refer to."""
        if isinstance(value, self.core.Definition):
            if id(value) not in self.seen:
                self.seen.add(id(value))
                self.found.append(value)
                for inner in [*getattr(value, "_reachable", list)(), *getattr(value, "features", ())]:
                    self.keep(getattr(inner, "view", inner), 0)
        elif depth > 0 and isinstance(value, (list, tuple, set)):
            for item in value:
                self.keep(item, depth - 1)
        elif depth > 0 and isinstance(value, dict):
            for item in list(value.values()):
                self.keep(item, depth - 1)

    def document(self, found):
        for message, hint, place in getattr(found, "_warnings", ()):
            self.warnings.append({"message": message, "hint": hint, "place": self.places.of(place)})
        d = found._document() if hasattr(found, "_document") else None
        if d is None:
            return None
        site = found._site
        feast = site is not None and self.places.source(site.file).feast
        return {"value": d.value, "places": {p: self.places.of(w) for p, w in d.places.items()}, "feast": feast}


def main():
    request = json.loads(sys.stdin.buffer.read())
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdin = open(os.devnull)
    sys.argv = [sys.argv[0]]
    sys.path[:0] = [HERE]
    root = os.path.realpath(request["root"])
    json.dump(Collector(root, request["files"]).run(), answer)
    answer.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads of user code do not keep the process


main()
