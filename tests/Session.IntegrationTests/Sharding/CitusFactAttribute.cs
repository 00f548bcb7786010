namespace SessionService.IntegrationTests.Sharding;

/// <summary>A test on a sharded database. It is skipped where no cluster is named.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CitusFactAttribute : FactAttribute
{
    public CitusFactAttribute() => Skip = CitusTheoryAttribute.Reason;
}

/// <inheritdoc cref="CitusFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CitusTheoryAttribute : TheoryAttribute
{
    public CitusTheoryAttribute() => Skip = Reason;

    public static string? Reason => CitusCluster.ConnectionString is null ? $"{CitusCluster.Variable} names no Citus cluster." : null;
}
