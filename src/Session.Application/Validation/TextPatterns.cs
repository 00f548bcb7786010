namespace SessionService.Application.Validation;

/// <summary>Rules of text as regular expressions (ECMA-262), for the OpenAPI document. The validators check the same and more.</summary>
internal static class TextPatterns
{
    /// <summary>Any text without U+0000, which PostgreSQL cannot store.</summary>
    public const string Storable = @"^[^\u0000]*$";

    /// <summary>Such text with something other than white space in it.</summary>
    public const string NotBlank = @"^[^\u0000]*[^\s\u0000][^\u0000]*$";
}
