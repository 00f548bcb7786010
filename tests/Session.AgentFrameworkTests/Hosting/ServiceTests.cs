using SessionService.ClientTests.Hosting;

namespace SessionService.AgentFrameworkTests.Hosting;

/// <summary>One service for all tests that do not kill it.</summary>
[CollectionDefinition(Name)]
public sealed class ServiceTests : ICollectionFixture<ServiceProcess>
{
    public const string Name = "service";
}
