using Microsoft.Extensions.DependencyInjection;
using SessionService.Infrastructure.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Digests;

/// <summary>For tests that say themselves when messages are digested.</summary>
internal static class DigestByHand
{
    public static readonly KeyValuePair<string, string>[] Settings =
        [new("Digest:Enabled", "false"), new("Digest:IdleFor", "00:00:00"), new("Digest:Share", "1")];

    /// <summary>Digests everything, of everybody, and demands that it goes well.</summary>
    public static async Task DigestAsync(this ApiFixture service) => Assert.True(await service.DigestOnceAsync());

    /// <summary>Tells whether it went well.</summary>
    public static Task<bool> DigestOnceAsync(this ApiFixture service) =>
        service.Services.GetRequiredService<Digester>().RunAsync(TimeSpan.MaxValue, CancellationToken.None);
}
