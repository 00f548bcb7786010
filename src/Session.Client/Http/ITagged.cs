namespace SessionService.Client;

/// <summary>An answer whose version is told in the header <c>ETag</c>.</summary>
internal interface ITagged
{
    string? ETag { set; }
}
