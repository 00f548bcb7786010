namespace SessionService.IntegrationTests.Deltas;

/// <summary>A clock by which messages in progress are abandoned.</summary>
internal sealed class LaterClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddMinutes(10);
}
