using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Application.Json;

namespace SessionService.Api.Json;

/// <summary>Parses JSON objects of clients, and tells what is wrong with a text that is none.</summary>
internal static class JsonObjectParser
{
    /// <summary>An object of bearable shape; <see langword="null"/> where it is not, and the errors say why.</summary>
    /// <exception cref="InvalidJsonException">It is no JSON.</exception>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> json, ModelStateDictionary errors)
    {
        // What is well-formed is read once. Only where something may be wrong is it read again, to tell what and where.
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

        // The look-up of a member by its name would choke on a name that is no text.
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

    /// <summary>Parses what is certainly an object of bearable shape.</summary>
    private static bool TryParse(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;
        if (!Utf8.IsValid(json.Span))
        {
            return false;
        }

        try
        {
            // At the deepest level the shape tells an empty object from one that holds a value: CheckShape does.
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

    /// <summary>Whether a name of the object's members is written with escapes, which could spell what no text holds.</summary>
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

    /// <summary>Well-formed, of bearable depth, and an object; without recursion, and before anything is built from it.</summary>
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
                    // The serializer's look-up by name would choke on a name that is no text.
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
