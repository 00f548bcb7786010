namespace SessionService.IntegrationTests.Hosting;

/// <summary>The service's clock: real until a test puts another in its place.</summary>
public sealed class TestClock : TimeProvider
{
    private volatile TimeProvider _current = System;

    public void Set(TimeProvider clock) => _current = clock;

    public override DateTimeOffset GetUtcNow() => _current.GetUtcNow();
}
