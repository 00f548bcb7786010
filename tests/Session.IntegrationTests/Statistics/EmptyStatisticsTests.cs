using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Statistics;

public sealed class EmptyStatisticsTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_service_that_nobody_has_used_counts_zeros()
    {
        var statistics = (await service.AsNobody().GetAsync("/api/v1/sessions/stats")).Is(200);

        JsonShape.AssertMatches(
            """
            {"total_sessions": 0, "active_sessions": 0, "total_messages": 0, "total_tokens": 0, "total_cost": 0,
             "average_messages_per_session": 0}
            """,
            statistics);
    }
}
