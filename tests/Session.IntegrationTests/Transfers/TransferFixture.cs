using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Transfers;

/// <summary>A service whose requests are small, but for imports.</summary>
public class TransferFixture : ApiFixture
{
    public const int MaxBodyBytes = 64 * 1024;

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [new("Limits:MaxBodyBytes", $"{MaxBodyBytes}"), new("Limits:MaxContentBytes", "4096"), new("Limits:MaxJsonBytes", "32768")];
}

/// <summary>Another service with another database.</summary>
public sealed class ElsewhereFixture : TransferFixture;
