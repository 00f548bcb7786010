namespace SessionService.Client;

/// <summary>A body that is read from something which may not be read again.</summary>
internal abstract class OnceBody : HttpContent
{
    /// <summary>Whether the body has been read and cannot be sent again.</summary>
    public bool IsSent { get; protected set; }
}
