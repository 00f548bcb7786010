using Microsoft.Extensions.DependencyInjection;
using SessionService.Infrastructure.Deltas;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Deltas;

/// <summary>A service whose tests say themselves when messages are abandoned, and by which clock.</summary>
public class AbandonmentFixture : ApiFixture
{
    internal AbandonedMessages Abandoned => Services.GetRequiredService<AbandonedMessages>();

    // A run of the job that began by the clock of one step would complete the messages of the next.
    protected override void ConfigureServices(IServiceCollection services) => RemoveJob<AbandonedMessagesJob>(services);
}
