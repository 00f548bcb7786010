using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Statistics;

/// <summary>
/// Whose rows of the totals the writes of a user add to. On one server a few rows are everybody's. In a sharded database such rows would
/// lie on one server, and each write would commit on two, so a user has rows beside the sessions.
/// </summary>
internal sealed class TotalsOwner(IOptions<ShardingOptions> options)
{
    public string Of(string userId) => options.Value.Sharded ? userId : "";
}
