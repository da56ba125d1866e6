using IRConStyle.Framework.Hosting;
using IRConStyle.Training;

namespace IRConStyle.Tests.Engine;

internal static partial class EngineHost
{
    static partial void AddRooms(IIRConStyleBuilder builder) => builder.AddTraining();
}
