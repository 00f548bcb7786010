namespace SessionService.Api.Compression;

/// <summary>Marks an action whose answers may be long, so that they are compressed for clients that accept it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CompressesAttribute : Attribute;
