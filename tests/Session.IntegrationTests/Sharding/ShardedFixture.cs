using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sharding;

/// <summary>
/// The service on a sharded database of its own; nothing where no cluster is named. Without digests: they look at all users each second,
/// and would count among the statements of a request that takes longer.
/// </summary>
public sealed class ShardedFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [.. DigestByHand.Settings, new("Database:Sharded", "true")];

    public override Task InitializeAsync() => CitusCluster.ConnectionString is null ? Task.CompletedTask : base.InitializeAsync();

    protected override Task<string> PrepareDatabaseAsync() => CitusCluster.CreateDistributedAsync();
}
