using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;

namespace SessionService.Infrastructure.Startup;

/// <summary>
/// Compares the setting of a sharded database with the catalog. Statements for one server fail on several, and those for several cost more
/// on one.
/// </summary>
public sealed class LayoutCheck(IOptions<ShardingOptions> options)
{
    private const string Setting = $"{ShardingOptions.Section}__{nameof(ShardingOptions.Sharded)}";

    /// <exception cref="InvalidSettingException">They differ.</exception>
    public void Demand(SchemaReport report)
    {
        if (report.IsSharded != options.Value.Sharded)
        {
            throw new InvalidSettingException(report.IsSharded
                ? $"The tables are distributed over several servers, and {Setting} does not say so. Set {Setting}=true."
                : $"{Setting} is true, and the tables are on one server. Run the command 'schema distribute', or set {Setting}=false.");
        }
    }
}
