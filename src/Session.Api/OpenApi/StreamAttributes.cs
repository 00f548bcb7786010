namespace SessionService.Api.OpenApi;

/// <summary>Declares that an action answers with a stream in one of these content types.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProducesStreamAttribute(params string[] contentTypes) : Attribute
{
    public IReadOnlyList<string> ContentTypes { get; } = contentTypes;
}

/// <summary>Declares that an action answers with server-sent events, whose data have these types.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProducesEventsAttribute(params Type[] data) : Attribute
{
    public IReadOnlyList<Type> Data { get; } = data;
}

/// <summary>Declares that an action reads its body as a stream in one of these content types.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConsumesStreamAttribute(string description, params string[] contentTypes) : Attribute
{
    public string Description { get; } = description;

    public IReadOnlyList<string> ContentTypes { get; } = contentTypes;
}

/// <summary>Declares that an action answers with a file of any content type, or with a range of it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProducesFileAttribute : Attribute;

/// <summary>Declares that an action takes a file, as it is or in a form.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConsumesFileAttribute(string description) : Attribute
{
    public string Description { get; } = description;
}
