namespace SessionService.Api.OpenApi;

/// <summary>
/// The problems that are an action's own; those that every action shares are added to the document by <see cref="ServiceOperationFilter"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProducesProblemAttribute(params int[] statuses) : Attribute
{
    public IReadOnlyList<int> Statuses { get; } = statuses;
}
