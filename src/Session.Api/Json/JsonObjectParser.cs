using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Application.Json;

namespace SessionService.Api.Json;

/// <summary>Parses JSON objects from clients, and tells what is wrong with text that is no valid object.</summary>
internal static class JsonObjectParser
{
    /// <summary>
    /// Parses an object. Where the JSON is no object or nested too deeply, the answer is <see langword="null"/> and the errors say why.
    /// </summary>
    /// <exception cref="InvalidJsonException">It is no JSON.</exception>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> json, ModelStateDictionary errors)
    {
        // Well-formed objects are read once. Only text with a possible error is read again, to tell the error and its place.
        if (TryParse(json, out var document))
        {
            return document;
        }

        return CheckShape(json.Span, errors) ? JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = JsonLimits.MaxDepth }) : null;
    }

    /// <summary>Why a value cannot be read as an object; <see langword="null"/> when it can.</summary>
    public static string? RefuseObject(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return "must be a JSON object";
        }

        if (!HasEscapedNames(json))
        {
            return null;
        }

        // Looking a member up by name would throw on a name that is no valid text.
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(json));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonLimits.RefuseText(ref reader) is { } reason)
            {
                return $"a member's name {reason}";
            }

            reader.Skip();
        }

        return null;
    }

    /// <summary>Parses the text if it is certainly a valid object; false where there may be an error.</summary>
    private static bool TryParse(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;
        if (!Utf8.IsValid(json.Span))
        {
            return false;
        }

        try
        {
            // One level less than the limit: whether the last level is too deep depends on its content, which CheckShape looks at.
            document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = JsonLimits.MaxDepth - 1 });
        }
        catch (JsonException)
        {
            return false;
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object && !HasEscapedNames(document.RootElement))
        {
            return true;
        }

        document.Dispose();
        document = null;
        return false;
    }

    /// <summary>Whether any member's name has escapes. Escapes may stand for characters that no text can hold.</summary>
    private static bool HasEscapedNames(JsonElement json)
    {
        foreach (var member in json.EnumerateObject())
        {
            if (JsonMarshal.GetRawUtf8PropertyName(member).Contains((byte)'\\'))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Checks without recursion that the text is well-formed, an object, and not nested too deeply.</summary>
    private static bool CheckShape(ReadOnlySpan<byte> json, ModelStateDictionary errors)
    {
        if (!Utf8.IsValid(json))
        {
            throw new InvalidJsonException("The body is not UTF-8.");
        }

        var isObject = false;
        string? tooDeep = null;
        string? member = null;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 0 && reader.TokenType == JsonTokenType.StartObject)
                {
                    isObject = true;
                }
                else if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && tooDeep is null)
                {
                    // Looking a member up by name would throw on a name that is no valid text.
                    if (JsonLimits.RefuseText(ref reader) is { } reason)
                    {
                        errors.TryAddModelError("", $"a member's name {reason}");
                        return false;
                    }

                    member = reader.GetString();
                }
                else if (reader.CurrentDepth >= JsonLimits.MaxDepth)
                {
                    tooDeep ??= member ?? "";
                }
            }
        }
        catch (JsonException exception)
        {
            throw new InvalidJsonException(
                $"The body is not JSON: see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }

        if (tooDeep is not null)
        {
            errors.TryAddModelError(isObject ? tooDeep : "", $"must not be nested deeper than {JsonLimits.MaxDepth} levels");
        }
        else if (!isObject)
        {
            errors.TryAddModelError("", "must be a JSON object");
        }

        return isObject && tooDeep is null;
    }
}
