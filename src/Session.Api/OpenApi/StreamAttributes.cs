namespace SessionService.Api.OpenApi;

/// <summary>The answer of an action is no object of ours, but something in one of these content types.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProducesStreamAttribute(params string[] contentTypes) : Attribute
{
    public IReadOnlyList<string> ContentTypes { get; } = contentTypes;
}

/// <summary>An action reads its body itself, in one of these content types.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConsumesStreamAttribute(string description, params string[] contentTypes) : Attribute
{
    public string Description { get; } = description;

    public IReadOnlyList<string> ContentTypes { get; } = contentTypes;
}
