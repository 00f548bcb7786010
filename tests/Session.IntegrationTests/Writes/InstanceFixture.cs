using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Writes;

/// <summary>One more instance of the service on a database that another has, with settings of its own.</summary>
public sealed class InstanceFixture(string connectionString, params KeyValuePair<string, string>[] settings) : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => settings;

    protected override Task<string> PrepareDatabaseAsync() => Task.FromResult(connectionString);
}
