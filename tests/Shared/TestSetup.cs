using System.Runtime.CompilerServices;
using IRConStyle.Framework.Native;

namespace IRConStyle.Tests;

/// <summary>Runs once per test process, before the first tensor.</summary>
internal static class TestSetup
{
    [ModuleInitializer]
    internal static void LoadNatives() => TorchNative.EnsureLoaded();
}
