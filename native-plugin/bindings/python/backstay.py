"""The Backstay plugin from Python, with nothing but ctypes.

    with Plugin().open({"database": "sqlite:crm.db", "store": {"dir": "store"}}, Host(jobs_running=my_jobs)) as engine:
        report = engine.apply(["MyDelivery.zip"])

Callbacks are ordinary functions. They may raise: the exception is kept, the plugin is told that the host failed, and
the call that led there raises it again. A status of 0 never reaches the plugin as an answer.
"""
import ctypes as c
import json
import os

OK, MORE, ABSENT, NO_ANSWER = 1, 2, 3, 0
E_HOST, E_IO = -11, -7
INSPECT, PREFLIGHT, REHEARSE, APPLY, RESTORE, RECOVER, BACKUP, VERIFY_BACKUP, PRUNE, UNINSTALL = range(1, 11)
ABI = (0, 1)

_Status, _Size, _Text, _Ptr = c.c_int32, c.c_size_t, c.c_char_p, c.c_void_p


class _Sink(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("reserved", c.c_uint32), ("impl", _Ptr),
                ("write", c.CFUNCTYPE(_Status, _Ptr, _Text, _Size))]


_Sinkp = c.POINTER(_Sink)
_I32p = c.POINTER(c.c_int32)


def _group(name, members, second="reserved"):
    fields = [("struct_size", c.c_uint32), (second, c.c_uint32), ("ctx", _Ptr)]
    fields += [(member, c.CFUNCTYPE(result, _Ptr, *arguments)) for member, result, arguments in members]
    return type(name, (c.Structure,), {"_fields_": fields})


# A pointer with a length is c_void_p here: c_char_p would stop at the first NUL.
_TEXT = [_Ptr, _Size]
_Log = _group("_Log", [("log", None, [c.c_int32, _Text] + _TEXT),
                       ("progress", None, [_Text, c.c_uint64, c.c_uint64] + _TEXT)])
_Store = _group("_Store", [("list", _Status, _TEXT + [_Sinkp]), ("read", _Status, _TEXT + [_Sinkp]),
                           ("begin", _Status, [_Text]), ("put", _Status, _TEXT + _TEXT), ("remove", _Status, _TEXT),
                           ("commit", _Status, [_Text]), ("abort", _Status, [_Text]),
                           ("committed", _Status, [_Text, _I32p])], "flags")
_Jobs = _group("_Jobs", [("running", _Status, [_Sinkp]), ("hold_new", _Status, [c.c_int32])])
_Maint = _group("_Maint", [("enter", _Status, [_Text] + _TEXT), ("leave", _Status, [_Text] + _TEXT),
                           ("holder", _Status, [_Sinkp])])
_Notify = _group("_Notify", [("notify", _Status, [_Text] + _TEXT)])
_Verify = _group("_Verify", [("verify", _Status, [_Text] + _TEXT + [_Sinkp])])
_Changes = _group("_Changes", [("apply", _Status, [_Text, _Text] + _TEXT + [_Sinkp]), ("undo", _Status, [_Text, _Text] + _TEXT)])
_Clock = _group("_Clock", [("now_ms", c.c_int64, []), ("random", _Status, [_Ptr, _Size])])
_GROUPS = [("log", _Log), ("store", _Store), ("jobs", _Jobs), ("maint", _Maint), ("notify", _Notify),
           ("verify", _Verify), ("clock", _Clock)]


class _Host(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("abi_major", c.c_uint32), ("abi_minor", c.c_uint32),
                ("reserved", c.c_uint32), ("name", _Text), ("version", _Text)]
    _fields_ += [(name, c.POINTER(kind)) for name, kind in _GROUPS] + [("db", _Ptr), ("changes", c.POINTER(_Changes))]


class _OpStatus(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("state", c.c_int32), ("step", c.c_uint32), ("steps", c.c_uint32),
                ("cancel_asked", c.c_int32), ("result", _Status), ("op_id", c.c_char * 40)]


_Out = c.POINTER(_Ptr)
_API = [("engine_open", _Status, [c.POINTER(_Host), _Text, _Size, _Out, _Out]), ("engine_close", _Status, [_Ptr]),
        ("op_new", _Status, [_Ptr, c.c_int32, _Text, _Size, _Out, _Out]), ("op_run", _Status, [_Ptr, _Out]),
        ("op_cancel", _Status, [_Ptr]), ("op_status", _Status, [_Ptr, c.POINTER(_OpStatus)]),
        ("op_free", _Status, [_Ptr]), ("query", _Status, [_Ptr, _Text, _Text, _Size, _Out]),
        ("buf_data", _Ptr, [_Ptr]), ("buf_size", _Size, [_Ptr]), ("buf_release", None, [_Ptr]),
        ("status_name", _Text, [_Status])]


class _Api(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("abi_major", c.c_uint32), ("abi_minor", c.c_uint32),
                ("reserved", c.c_uint32)]
    _fields_ += [(name, c.CFUNCTYPE(result, *arguments)) for name, result, arguments in _API]


class _Negotiation(c.Structure):
    _fields_ = [("struct_size", c.c_uint32), ("host_major", c.c_uint32), ("host_minor", c.c_uint32),
                ("plugin_major", c.c_uint32), ("plugin_minor", c.c_uint32), ("reject", c.c_uint32),
                ("capabilities", c.c_uint64), ("build", c.c_char * 64)]


class BackstayError(Exception):
    """A call that failed: .status is the number, .code its name, .document the report or problem."""

    def __init__(self, status, code, document):
        self.status, self.code, self.document = status, code, document
        said = document.get("problem") or document
        super().__init__(f"{code}: {said.get('message', '')}" if isinstance(said, dict) else code)


class Host:
    """What the host brings along. Every member is a function or None; None selects the built-in.

    log(level, event, document)            progress(phase, done, total, text)
    jobs_running() -> list of dicts        jobs_hold(hold)
    enter(op_id, document)                 leave(op_id, document)            holder() -> op_id or ""
    change(op_id, step_id, document) -> dict or None          undo_change(op_id, step_id, document)
    notify(event_id, document)             verify(op_id, document) -> dict or None; raise Refused to undo the apply
    store: an object with list(prefix), read(key) -> bytes or None, begin, put(key, bytes), remove(key),
           commit(op_id), abort(op_id), committed(op_id) -> bool
    """

    def __init__(self, *, log=None, progress=None, jobs_running=None, jobs_hold=None, enter=None, leave=None, holder=None,
                 notify=None, verify=None, change=None, undo_change=None, store=None, name="python host", version="1"):
        self.raised = None
        self._keep = []
        self._table = _Host(c.sizeof(_Host), *ABI, 0, name.encode(), version.encode())
        if log or progress:
            self._add("log", _Log, log=log and (lambda level, event, p, n: log(level, event.decode(), json.loads(_bytes(p, n)))),
                      progress=progress and (lambda phase, done, total, p, n: progress(phase.decode(), done, total, _bytes(p, n).decode())))
        if jobs_running:
            self._add("jobs", _Jobs, running=lambda sink: _write(sink, json.dumps(jobs_running()).encode()),
                      hold_new=jobs_hold and (lambda hold: jobs_hold(bool(hold))))
        if enter or leave or holder:
            self._add("maint", _Maint, enter=enter and (lambda op, p, n: enter(op.decode(), json.loads(_bytes(p, n)))),
                      leave=leave and (lambda op, p, n: leave(op.decode(), json.loads(_bytes(p, n) or b"{}"))),
                      holder=holder and (lambda sink: _write(sink, holder().encode())))
        if notify:
            self._add("notify", _Notify, notify=lambda event, p, n: notify(event.decode(), json.loads(_bytes(p, n))))
        if verify:
            self._add("verify", _Verify, verify=lambda op, p, n, sink: _write(
                sink, json.dumps(verify(op.decode(), json.loads(_bytes(p, n) or b"{}")) or {}).encode()))
        if change or undo_change:
            self._add("changes", _Changes,
                      apply=change and (lambda op, step, p, n, sink: _write(
                          sink, json.dumps(change(op.decode(), step.decode(), json.loads(_bytes(p, n))) or {}).encode())),
                      undo=undo_change and (lambda op, step, p, n: undo_change(op.decode(), step.decode(), json.loads(_bytes(p, n)))))
        if store:
            self._add_store(store)

    def _add_store(self, store):
        def read(p, n, sink):
            content = store.read(_bytes(p, n).decode())
            return ABSENT if content is None else _write(sink, content)

        def committed(op, yes):
            yes[0] = 1 if store.committed(op.decode()) else 0

        self._add("store", _Store, read=read, committed=committed,
                  list=lambda p, n, sink: _write(sink, b"".join(json.dumps(e).encode() + b"\n" for e in store.list(_bytes(p, n).decode()))),
                  begin=lambda op: store.begin(op.decode()), commit=lambda op: store.commit(op.decode()),
                  abort=lambda op: store.abort(op.decode()), remove=lambda p, n: store.remove(_bytes(p, n).decode()),
                  put=lambda p, n, d, size: store.put(_bytes(p, n).decode(), _bytes(d, size)))

    def _add(self, name, kind, **functions):
        table = kind(c.sizeof(kind))
        for member, function in functions.items():
            if function:
                prototype = dict(kind._fields_)[member]
                setattr(table, member, prototype(self._caught(function, prototype)))
        self._keep.append(table)
        setattr(self._table, name, c.pointer(table))

    def _caught(self, function, prototype):
        """The catch-all: ctypes would print an exception and give the plugin 0."""
        def call(_ctx, *arguments):
            try:
                answer = function(*arguments)
                return (OK if answer is None else answer) if prototype._restype_ else None
            except BaseException as error:  # also KeyboardInterrupt: it must not be lost in native frames
                self.raised = self.raised or error
                return E_HOST if prototype._restype_ else None
        return call


def _bytes(pointer, size):
    return c.string_at(pointer, size) if pointer else b""


def _write(sink, data):
    table = sink.contents
    return table.write(table.impl, data, len(data))


class Plugin:
    """The library; one per process is enough."""

    def __init__(self, path=None):
        path = path or os.environ.get("BACKSTAY_PLUGIN") or "libbackstay_plugin.so"
        library = c.CDLL(path)
        library.backstay_negotiate.restype = c.POINTER(_Api)
        terms = _Negotiation(c.sizeof(_Negotiation), *ABI)
        api = library.backstay_negotiate(c.byref(terms))
        if not api or api.contents.struct_size < c.sizeof(_Api):
            raise ImportError(f"{path} speaks {terms.plugin_major}.{terms.plugin_minor} of the interface, not {ABI[0]}.{ABI[1]}")
        self.build, self.capabilities, self.api = terms.build.decode(), terms.capabilities, api.contents

    def open(self, config, host=None):
        return Engine(self, config, host)

    def name(self, status):
        return self.api.status_name(status).decode()

    def _document(self, buffer):
        if not buffer.value:
            return {}
        text = c.string_at(self.api.buf_data(buffer), self.api.buf_size(buffer))
        self.api.buf_release(buffer)
        return json.loads(text) if text else {}


class Engine:
    """An open environment. Use it with `with`, or call close()."""

    def __init__(self, plugin, config, host):
        self._plugin, self._host, self._handle = plugin, host, _Ptr()
        document, text = _Ptr(), json.dumps(config).encode()
        table = c.byref(host._table) if host else None
        status = plugin.api.engine_open(table, text, len(text), c.byref(self._handle), c.byref(document))
        self._result(status, document)

    def _result(self, status, buffer):
        document = self._plugin._document(buffer)
        raised = self._host.raised if self._host else None
        if self._host:
            self._host.raised = None
        if status > 0:
            return document
        raise BackstayError(status, self._plugin.name(status), document) from raised

    def run(self, kind, **params):
        api, op, buffer, text = self._plugin.api, _Ptr(), _Ptr(), json.dumps(params).encode()
        status = api.op_new(self._handle, kind, text, len(text), c.byref(op), c.byref(buffer))
        if status > 0:
            status = api.op_run(op, c.byref(buffer))
            api.op_free(op)
        return self._result(status, buffer)

    def apply(self, inputs, **params):
        return self.run(APPLY, inputs=[os.path.abspath(path) for path in inputs], **params)

    def restore(self, **params):
        return self.run(RESTORE, **params)

    def recover(self, **params):
        return self.run(RECOVER, **params)

    def query(self, what, **params):
        buffer, text = _Ptr(), json.dumps(params).encode()
        status = self._plugin.api.query(self._handle, what.encode(), text, len(text), c.byref(buffer))
        return self._result(status, buffer)

    def close(self):
        if self._handle:
            self._plugin.api.engine_close(self._handle)
            self._handle = _Ptr()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
