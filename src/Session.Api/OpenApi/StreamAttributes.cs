namespace SessionService.Api.OpenApi;

/// <summary>Declares that an action answers with a stream in one of these content types.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProducesStreamAttribute(params string[] contentTypes) : Attribute
{
    public IReadOnlyList<string> ContentTypes { get; } = contentTypes;
}

/// <summary>Declares that an action reads its body as a stream in one of these content types.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConsumesStreamAttribute(string description, params string[] contentTypes) : Attribute
{
    public string Description { get; } = description;

    public IReadOnlyList<string> ContentTypes { get; } = contentTypes;
}
