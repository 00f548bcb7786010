namespace SessionService.Client;

/// <summary>One operation of the service with everything that it is called with.</summary>
internal sealed record Call(HttpMethod Method, string Path)
{
    public Query? Query { get; init; }

    /// <summary>The body; it can be sent several times.</summary>
    public HttpContent? Content { get; init; }

    /// <summary>Made once for the call, and sent with every attempt.</summary>
    public string? IdempotencyKey { get; init; }

    public string? IfMatch { get; init; }

    public string? IfNoneMatch { get; init; }

    public string? Range { get; init; }

    public string? IfRange { get; init; }

    /// <summary>Whether the same request may be sent again when it is not known what became of the first one.</summary>
    public bool IsRepeatable { get; init; } = true;

    /// <summary>Whether the call is about no user, and names none.</summary>
    public bool IsAboutNobody { get; init; }

    /// <summary>Whether the call may take as long as its data are large.</summary>
    public bool IsTransfer { get; init; }

    /// <summary>Whether the body of the answer is handed on as it arrives.</summary>
    public bool IsStreamed { get; init; }

    public string? Accept { get; init; }

    public static Call Get(string path, Query? query = null) => new(HttpMethod.Get, path) { Query = query };

    /// <summary>A write that the service does once for each key.</summary>
    public static Call Keyed(HttpMethod method, string path, string? idempotencyKey) =>
        new(method, path) { IdempotencyKey = idempotencyKey ?? Guid.NewGuid().ToString() };

    /// <summary>A text as one segment of a path. A segment of dots would lead to another route.</summary>
    public static string Segment(string text) =>
        text is "" or "." or ".."
            ? throw new ArgumentException($"\"{text}\" cannot stand in a path.", nameof(text))
            : Uri.EscapeDataString(text);
}
