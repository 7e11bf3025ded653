// The Backstay plugin from C#, with P/Invoke. Documents are JSON text; use the JSON library of your choice.
//
//   using (var plugin = new Backstay.Plugin("libbackstay_plugin.so"))
//   using (var engine = plugin.Open("{\"database\":\"sqlite:crm.db\",\"store\":{\"dir\":\"store\"}}", new MyHost()))
//     Console.WriteLine(engine.Run(Backstay.Operation.Apply, "{\"inputs\":[\"MyDelivery.zip\"]}"));
//
// Callbacks may throw: each is wrapped, the plugin hears that the host failed, and the call that led there throws
// with the callback's exception inside. Without the wrapper the exception would pass through native frames.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace Backstay {

public enum Operation { Inspect = 1, Preflight, Rehearse, Apply, Restore, Recover, Backup, VerifyBackup, Prune, Uninstall }

public static class Status { public const int Ok = 1, More = 2, Absent = 3, NoAnswer = 0, Host = -11; }

// A call that failed. Document: the report or problem, JSON, may be empty.
public sealed class BackstayException : Exception {
  public readonly int Status;
  public readonly string Code, Document;
  public BackstayException(int status, string code, string document, Exception cause) : base(code + ": " + document, cause) {
    Status = status; Code = code; Document = document;
  }
}

// What the host brings along. Override what you have; a group of which nothing is overridden is built in.
public abstract class Host {
  public virtual bool HasJobs { get { return false; } }
  public virtual bool HasMaintenance { get { return false; } }
  public virtual bool HasNotify { get { return false; } }
  public virtual bool HasVerify { get { return false; } }
  public virtual bool HasStore { get { return false; } }
  public virtual bool HasChanges { get { return false; } }
  public virtual void Log(int level, string id, string json) { }
  public virtual void Progress(string phase, ulong done, ulong total, string text) { }
  public virtual string JobsRunning() { throw new NotImplementedException(); }           // a JSON array
  public virtual void HoldNewJobs(bool hold) { }
  public virtual void Enter(string op, string json) { throw new NotImplementedException(); }
  public virtual void Leave(string op, string json) { throw new NotImplementedException(); }
  public virtual string Holder() { throw new NotImplementedException(); }                // "" for nobody
  public virtual void Notify(string id, string json) { throw new NotImplementedException(); }
  public virtual string Verify(string op, string json) { throw new NotImplementedException(); }  // throw to undo the apply
  public virtual string Change(string op, string step, string json) { throw new NotImplementedException(); }
  public virtual void UndoChange(string op, string step, string json) { throw new NotImplementedException(); }
  public virtual IEnumerable<string> List(string prefix) { throw new NotImplementedException(); }  // a JSON object per element
  public virtual byte[] Read(string key) { throw new NotImplementedException(); }         // null: no such element
  public virtual void Begin(string op) { throw new NotImplementedException(); }
  public virtual void Put(string key, byte[] content) { throw new NotImplementedException(); }
  public virtual void Remove(string key) { throw new NotImplementedException(); }
  public virtual void Commit(string op) { throw new NotImplementedException(); }
  public virtual void Abort(string op) { throw new NotImplementedException(); }
  public virtual bool Committed(string op) { throw new NotImplementedException(); }
}

static class Native {
  const CallingConvention C = CallingConvention.Cdecl;
  [UnmanagedFunctionPointer(C)] public delegate int WriteCall(IntPtr impl, byte[] data, UIntPtr size);
  [UnmanagedFunctionPointer(C)] public delegate void LogCall(IntPtr ctx, int level, IntPtr id, IntPtr json, UIntPtr size);
  [UnmanagedFunctionPointer(C)] public delegate void ProgressCall(IntPtr ctx, IntPtr phase, ulong done, ulong total, IntPtr text, UIntPtr size);
  [UnmanagedFunctionPointer(C)] public delegate int SinkCall(IntPtr ctx, IntPtr sink);
  [UnmanagedFunctionPointer(C)] public delegate int IntCall(IntPtr ctx, int value);
  [UnmanagedFunctionPointer(C)] public delegate int IdCall(IntPtr ctx, IntPtr id);
  [UnmanagedFunctionPointer(C)] public delegate int KeyCall(IntPtr ctx, IntPtr key, UIntPtr n);
  [UnmanagedFunctionPointer(C)] public delegate int KeySinkCall(IntPtr ctx, IntPtr key, UIntPtr n, IntPtr sink);
  [UnmanagedFunctionPointer(C)] public delegate int KeyDataCall(IntPtr ctx, IntPtr key, UIntPtr n, IntPtr data, UIntPtr size);
  [UnmanagedFunctionPointer(C)] public delegate int IdYesCall(IntPtr ctx, IntPtr id, IntPtr yes);
  [UnmanagedFunctionPointer(C)] public delegate int IdJsonCall(IntPtr ctx, IntPtr id, IntPtr json, UIntPtr n);
  [UnmanagedFunctionPointer(C)] public delegate int IdJsonSinkCall(IntPtr ctx, IntPtr id, IntPtr json, UIntPtr n, IntPtr sink);
  [UnmanagedFunctionPointer(C)] public delegate int StepCall(IntPtr ctx, IntPtr id, IntPtr step, IntPtr json, UIntPtr n);
  [UnmanagedFunctionPointer(C)] public delegate int StepSinkCall(IntPtr ctx, IntPtr id, IntPtr step, IntPtr json, UIntPtr n, IntPtr sink);

  [StructLayout(LayoutKind.Sequential)] public struct Sink { public uint Size, Reserved; public IntPtr Impl, Write; }
  [StructLayout(LayoutKind.Sequential)] public struct LogTable { public uint Size, Reserved; public IntPtr Ctx; public LogCall Log; public ProgressCall Progress; }
  [StructLayout(LayoutKind.Sequential)] public struct StoreTable {
    public uint Size, Flags; public IntPtr Ctx; public KeySinkCall List, Read; public IdCall Begin; public KeyDataCall Put; public KeyCall Remove;
    public IdCall Commit, Abort; public IdYesCall Committed;
  }
  [StructLayout(LayoutKind.Sequential)] public struct JobsTable { public uint Size, Reserved; public IntPtr Ctx; public SinkCall Running; public IntCall HoldNew; }
  [StructLayout(LayoutKind.Sequential)] public struct MaintTable { public uint Size, Reserved; public IntPtr Ctx; public IdJsonCall Enter, Leave; public SinkCall Holder; }
  [StructLayout(LayoutKind.Sequential)] public struct NotifyTable { public uint Size, Reserved; public IntPtr Ctx; public IdJsonCall Notify; }
  [StructLayout(LayoutKind.Sequential)] public struct VerifyTable { public uint Size, Reserved; public IntPtr Ctx; public IdJsonSinkCall Verify; }
  [StructLayout(LayoutKind.Sequential)] public struct ChangesTable { public uint Size, Reserved; public IntPtr Ctx; public StepSinkCall Apply; public StepCall Undo; }
  [StructLayout(LayoutKind.Sequential)] public struct HostTable {
    public uint Size, Major, Minor, Reserved;
    public IntPtr Name, Version, Log, Store, Jobs, Maint, Notify, Verify, Clock, Db, Changes;
  }

  [UnmanagedFunctionPointer(C)] public delegate int EngineOpen(IntPtr host, byte[] json, UIntPtr n, out IntPtr engine, out IntPtr problem);
  [UnmanagedFunctionPointer(C)] public delegate int HandleCall(IntPtr handle);
  [UnmanagedFunctionPointer(C)] public delegate int OpNew(IntPtr engine, int kind, byte[] json, UIntPtr n, out IntPtr op, out IntPtr problem);
  [UnmanagedFunctionPointer(C)] public delegate int OpRun(IntPtr op, out IntPtr report);
  [UnmanagedFunctionPointer(C)] public delegate int Query(IntPtr engine, byte[] what, byte[] json, UIntPtr n, out IntPtr document);
  [UnmanagedFunctionPointer(C)] public delegate IntPtr BufData(IntPtr buffer);
  [UnmanagedFunctionPointer(C)] public delegate UIntPtr BufSize(IntPtr buffer);
  [UnmanagedFunctionPointer(C)] public delegate void BufRelease(IntPtr buffer);
  [UnmanagedFunctionPointer(C)] public delegate IntPtr StatusName(int status);
  [StructLayout(LayoutKind.Sequential)] public struct Api {
    public uint Size, Major, Minor, Reserved;
    public EngineOpen EngineOpen; public HandleCall EngineClose; public OpNew OpNew; public OpRun OpRun; public HandleCall OpCancel;
    public IntPtr OpStatus; public HandleCall OpFree; public Query Query; public BufData BufData; public BufSize BufSize;
    public BufRelease BufRelease; public StatusName StatusName;
  }
  [StructLayout(LayoutKind.Sequential)] public struct Negotiation {
    public uint Size, HostMajor, HostMinor, PluginMajor, PluginMinor, Reject; public ulong Capabilities;
    [MarshalAs(UnmanagedType.ByValArray, SizeConst = 64)] public byte[] Build;
  }
  [UnmanagedFunctionPointer(C)] public delegate IntPtr Negotiate(ref Negotiation terms);
  [DllImport("libdl.so.2")] public static extern IntPtr dlopen(string file, int flags);
  [DllImport("libdl.so.2")] public static extern IntPtr dlsym(IntPtr library, string name);

  public static byte[] Bytes(IntPtr data, UIntPtr size) {
    var bytes = new byte[(int)size];
    if (bytes.Length > 0) Marshal.Copy(data, bytes, 0, bytes.Length);
    return bytes;
  }
  public static string Text(IntPtr data, UIntPtr size) { return Encoding.UTF8.GetString(Bytes(data, size)); }
  public static string Text(IntPtr data) {  // up to its NUL; the marshaller would take another encoding on some systems
    int n = 0;
    while (data != IntPtr.Zero && Marshal.ReadByte(data, n) != 0) ++n;
    return Text(data, (UIntPtr)(uint)n);
  }
  public static byte[] Ended(string text) { return Encoding.UTF8.GetBytes(text + "\0"); }
}

// The tables for one host, kept alive with everything the plugin may call.
sealed class HostTables : IDisposable {
  readonly List<object> kept_ = new List<object>();
  readonly List<IntPtr> memory_ = new List<IntPtr>();
  public Exception Raised;
  public readonly IntPtr Table;

  public HostTables(Host h) {
    var table = new Native.HostTable { Size = (uint)Marshal.SizeOf(typeof(Native.HostTable)), Major = 0, Minor = 1, Name = Text("c# host"), Version = Text("1") };
    table.Log = Keep(new Native.LogTable { Size = Size<Native.LogTable>(),
      Log = (c, level, id, p, n) => Caught(() => h.Log(level, Native.Text(id), Native.Text(p, n))),
      Progress = (c, phase, done, total, p, n) => Caught(() => h.Progress(Native.Text(phase), done, total, Native.Text(p, n))) });
    if (h.HasJobs) table.Jobs = Keep(new Native.JobsTable { Size = Size<Native.JobsTable>(),
      Running = (c, sink) => Answer(() => Write(sink, h.JobsRunning())), HoldNew = (c, hold) => Caught(() => h.HoldNewJobs(hold != 0)) });
    if (h.HasMaintenance) table.Maint = Keep(new Native.MaintTable { Size = Size<Native.MaintTable>(),
      Enter = (c, op, p, n) => Caught(() => h.Enter(Native.Text(op), Native.Text(p, n))),
      Leave = (c, op, p, n) => Caught(() => h.Leave(Native.Text(op), Native.Text(p, n))), Holder = (c, sink) => Answer(() => Write(sink, h.Holder())) });
    if (h.HasNotify) table.Notify = Keep(new Native.NotifyTable { Size = Size<Native.NotifyTable>(),
      Notify = (c, id, p, n) => Caught(() => h.Notify(Native.Text(id), Native.Text(p, n))) });
    if (h.HasVerify) table.Verify = Keep(new Native.VerifyTable { Size = Size<Native.VerifyTable>(),
      Verify = (c, op, p, n, sink) => Answer(() => Write(sink, h.Verify(Native.Text(op), Native.Text(p, n)))) });
    if (h.HasChanges) table.Changes = Keep(new Native.ChangesTable { Size = Size<Native.ChangesTable>(),
      Apply = (c, op, step, p, n, sink) => Answer(() => Write(sink, h.Change(Native.Text(op), Native.Text(step), Native.Text(p, n)))),
      Undo = (c, op, step, p, n) => Caught(() => h.UndoChange(Native.Text(op), Native.Text(step), Native.Text(p, n))) });
    if (h.HasStore) table.Store = Keep(new Native.StoreTable { Size = Size<Native.StoreTable>(),
      List = (c, p, n, sink) => Answer(() => Write(sink, string.Join("\n", h.List(Native.Text(p, n))))),
      Read = (c, p, n, sink) => Answer(() => { var content = h.Read(Native.Text(p, n)); return content == null ? Status.Absent : Write(sink, content); }),
      Begin = (c, op) => Caught(() => h.Begin(Native.Text(op))), Commit = (c, op) => Caught(() => h.Commit(Native.Text(op))),
      Abort = (c, op) => Caught(() => h.Abort(Native.Text(op))), Remove = (c, p, n) => Caught(() => h.Remove(Native.Text(p, n))),
      Put = (c, p, n, data, size) => Caught(() => h.Put(Native.Text(p, n), Native.Bytes(data, size))),
      Committed = (c, op, yes) => Caught(() => Marshal.WriteInt32(yes, h.Committed(Native.Text(op)) ? 1 : 0)) });
    Table = Keep(table);
  }

  // The catch-all.
  int Answer(Func<int> call) {
    try { return call(); } catch (Exception error) { Raised = Raised ?? error; return Status.Host; }
  }
  int Caught(Action call) { return Answer(() => { call(); return Status.Ok; }); }

  static uint Size<T>() { return (uint)Marshal.SizeOf(typeof(T)); }
  IntPtr Keep<T>(T table) {
    kept_.Add(table);  // its delegates must outlive the native copy
    var memory = Marshal.AllocHGlobal(Marshal.SizeOf(typeof(T)));
    memory_.Add(memory);
    Marshal.StructureToPtr(table, memory, false);
    return memory;
  }
  IntPtr Text(string text) {
    var bytes = Native.Ended(text);
    var memory = Marshal.AllocHGlobal(bytes.Length);
    memory_.Add(memory);
    Marshal.Copy(bytes, 0, memory, bytes.Length);
    return memory;
  }
  static int Write(IntPtr sink, string text) { return Write(sink, Encoding.UTF8.GetBytes(text ?? "")); }
  static int Write(IntPtr sink, byte[] data) {
    var table = (Native.Sink)Marshal.PtrToStructure(sink, typeof(Native.Sink));
    var write = (Native.WriteCall)Marshal.GetDelegateForFunctionPointer(table.Write, typeof(Native.WriteCall));
    return write(table.Impl, data, (UIntPtr)(uint)data.Length);
  }
  public void Dispose() { foreach (var memory in memory_) Marshal.FreeHGlobal(memory); memory_.Clear(); }
}

public sealed class Plugin {
  internal readonly Native.Api Api;
  public readonly string Build;
  public readonly ulong Capabilities;

  public Plugin(string file) {
    var library = Native.dlopen(file, 2 /* RTLD_NOW */);
    var symbol = library == IntPtr.Zero ? IntPtr.Zero : Native.dlsym(library, "backstay_negotiate");
    if (symbol == IntPtr.Zero) throw new DllNotFoundException(file);
    var negotiate = (Native.Negotiate)Marshal.GetDelegateForFunctionPointer(symbol, typeof(Native.Negotiate));
    var terms = new Native.Negotiation { Size = (uint)Marshal.SizeOf(typeof(Native.Negotiation)), HostMajor = 0, HostMinor = 1, Build = new byte[64] };
    var api = negotiate(ref terms);
    if (api == IntPtr.Zero) throw new NotSupportedException(file + " speaks " + terms.PluginMajor + "." + terms.PluginMinor + " of the interface, not 0.1");
    Api = (Native.Api)Marshal.PtrToStructure(api, typeof(Native.Api));
    Build = Encoding.UTF8.GetString(terms.Build).TrimEnd('\0');
    Capabilities = terms.Capabilities;
  }
  public Engine Open(string config, Host host) { return new Engine(this, config, host); }
  public string Name(int status) { return Native.Text(Api.StatusName(status)); }
  internal string Take(IntPtr buffer) {
    if (buffer == IntPtr.Zero) return "";
    var text = Native.Text(Api.BufData(buffer), Api.BufSize(buffer));
    Api.BufRelease(buffer);
    return text;
  }
}

public sealed class Engine : IDisposable {
  readonly Plugin plugin_;
  readonly HostTables host_;
  IntPtr handle_;

  internal Engine(Plugin plugin, string config, Host host) {
    plugin_ = plugin;
    host_ = host == null ? null : new HostTables(host);
    var json = Encoding.UTF8.GetBytes(config);
    IntPtr problem;
    var status = plugin.Api.EngineOpen(host_ == null ? IntPtr.Zero : host_.Table, json, (UIntPtr)(uint)json.Length, out handle_, out problem);
    Result(status, problem);
  }
  string Result(int status, IntPtr buffer) {
    var document = plugin_.Take(buffer);
    var raised = host_ == null ? null : host_.Raised;
    if (host_ != null) host_.Raised = null;
    if (status > 0) return document;
    throw new BackstayException(status, plugin_.Name(status), document, raised);
  }
  public string Run(Operation kind, string parameters) {
    var json = Encoding.UTF8.GetBytes(parameters);
    IntPtr op, document;
    var status = plugin_.Api.OpNew(handle_, (int)kind, json, (UIntPtr)(uint)json.Length, out op, out document);
    if (status > 0) {
      status = plugin_.Api.OpRun(op, out document);
      plugin_.Api.OpFree(op);
    }
    return Result(status, document);
  }
  public string Query(string what, string parameters) {
    var json = Encoding.UTF8.GetBytes(parameters);
    IntPtr document;
    return Result(plugin_.Api.Query(handle_, Native.Ended(what), json, (UIntPtr)(uint)json.Length, out document), document);
  }
  public void Dispose() {
    if (handle_ == IntPtr.Zero) return;
    plugin_.Api.EngineClose(handle_);
    handle_ = IntPtr.Zero;
    if (host_ != null) host_.Dispose();
  }
}

}  // namespace Backstay
