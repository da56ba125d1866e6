using IRConStyle.Framework.Hosting;
using IRConStyle.Parity;

namespace IRConStyle.Tests.Engine;

internal static partial class EngineHost
{
    static partial void AddRooms(IIRConStyleBuilder builder) => builder.AddParity();
}
