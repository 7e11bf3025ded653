// A C# host: what the plugin tells it arrives, and a callback that throws is a status, not a dead process.
using System;
using System.Collections.Generic;
using System.IO;
using Backstay;

class TestHost : Host {
  public readonly List<string> Seen = new List<string>();
  public bool Throws;
  public override bool HasJobs { get { return true; } }
  public override bool HasMaintenance { get { return true; } }
  public override bool HasNotify { get { return true; } }
  public override bool HasVerify { get { return true; } }
  public override string JobsRunning() {
    if (Throws) throw new InvalidOperationException("über the border");
    Seen.Add("jobs");
    return "[]";
  }
  string holder_ = "";
  public override void Enter(string op, string json) { Seen.Add("enter"); holder_ = op; }
  public override void Leave(string op, string json) { Seen.Add("leave"); holder_ = ""; }
  public override string Holder() { return holder_; }
  public override void Notify(string id, string json) { Seen.Add("notify"); }
  public override string Verify(string op, string json) { Seen.Add("verify"); return "{}"; }
  public override void Progress(string phase, ulong done, ulong total, string text) { if (!Seen.Contains("progress")) Seen.Add("progress"); }
}

static class Program {
  static void Expect(bool holds, string what) { if (!holds) { Console.WriteLine("FAILED: " + what); Environment.Exit(1); } }

  static int Main(string[] arguments) {
    var plugin = new Plugin(arguments[0]);
    var config = File.ReadAllText(arguments[1]);
    var parameters = File.ReadAllText(arguments[2]);
    Expect(plugin.Build.StartsWith("backstay "), "build");
    Expect(plugin.Name(-13) == "BACKSTAY_E_LOCKED", "names");
    var host = new TestHost { Throws = true };
    using (var engine = plugin.Open(config, host)) {
      try {
        engine.Run(Operation.Apply, parameters);
        Expect(false, "an apply whose host throws");
      } catch (BackstayException error) {
        Expect(error.Status == Status.Host, "status of a callback that threw: " + error.Code);
        Expect(error.InnerException is InvalidOperationException && error.InnerException.Message == "über the border", "the exception itself");
      }
      host.Throws = false;
      var report = engine.Run(Operation.Apply, parameters);
      Expect(report.Contains("\"DONE\""), report);
      foreach (var what in new[] { "jobs", "enter", "leave", "notify", "verify", "progress" }) Expect(host.Seen.Contains(what), what + " was not called");
      Expect(engine.Query("backups", "{}").Contains("backup_id"), "backups");
    }
    try {
      plugin.Open("{\"database\": 7}", null);
      Expect(false, "a bad configuration");
    } catch (BackstayException error) {
      Expect(error.Code == "BACKSTAY_E_ARG" && error.Document.Contains("backstay.problem/1"), error.Message);
    }
    Console.WriteLine("ok");
    return 0;
  }
}
