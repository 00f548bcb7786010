using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages.Packed;

/// <summary>A service whose tests say themselves when messages are packed: all but the newest ten, 256 to a segment.</summary>
public class PackingFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. DigestByHand.Settings,
        new("Packing:Enabled", "false"),
        new("Packing:KeepNewest", "10"),
        new("Packing:SegmentMessages", "256"),
        new("Packing:Level", "3"),
    ];

    internal Packer Packer => Services.GetRequiredService<Packer>();

    /// <summary>A packer with something to do between the steps of a segment.</summary>
    internal Packer NewPacker(Func<PackingStep, Task> reached) =>
        new(
            Services.GetRequiredService<Database>(),
            Services.GetRequiredService<IOptions<PackingOptions>>(),
            Services.GetRequiredService<PackingMetrics>(),
            Clock)
        {
            Reached = reached,
        };

    /// <summary>Digests and packs everything that is due, of everybody, and tells how many segments that made.</summary>
    public async Task<int> PackAsync()
    {
        await this.DigestAsync();
        var segments = 0;
        foreach (var session in await Packer.FindAsync(CancellationToken.None))
        {
            while (await Packer.PackAsync(session, CancellationToken.None))
            {
                segments++;
            }
        }

        return segments;
    }
}
