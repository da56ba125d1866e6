using IRConStyle.Framework.Hosting;
using IRConStyle.Evaluation;

namespace IRConStyle.Tests.Engine;

internal static partial class EngineHost
{
    static partial void AddRooms(IIRConStyleBuilder builder) => builder.AddEvaluation();
}
